// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Completion, by a real bash; and the help of every noun and verb. */
class CompletionTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "sluice target-gr,target-group",
        "sluice target re,register",
        "sluice endpoint-service a,accept",
        "sluice config r,rollback",
        "sluice load-balancer create --cross,--cross-zone",
        "sluice doctor --read,--readings"
    })
    void bashCompletesNounsVerbsAndOptions(String typed, String completed) throws IOException, InterruptedException {
        Path script = Files.writeString(
                directory.resolve("completion"),
                Cli.piped().run("completion", "bash").out());
        String words = typed.replace(" ", "\" \"");
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source " + script + "; COMP_WORDS=(\"" + words + "\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));"
                                + " _complete_sluice; echo \"${COMPREPLY[@]}\"")
                .redirectErrorStream(true)
                .start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).isZero();
        assertThat(said.strip().split("\\s+")).contains(completed);
    }

    @Test
    void zshLoadsWhatItNeedsFirst() {
        assertThat(Cli.piped().run("completion", "zsh").out()).startsWith("autoload -U +X compinit && compinit\n");
        assertThat(Cli.piped().run("completion", "fish").code()).isEqualTo(2);
        assertThat(Cli.piped().run("completion", "fish").err()).contains("bash, zsh");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "load-balancer:list,get,create,update,delete",
                "listener:get,update",
                "target-group:list,get,create,update,delete",
                "target:list,get,health,register,set,deregister,drain",
                "endpoint-service:list,get,create,update,delete,endpoints,accept,reject",
                "endpoint:list,get,create,update,delete",
                "zone:list,get,create,delete",
                "tag:list,get,set,remove",
                "config:export,plan,apply,history,conflicts,conflict,show,rollback",
                "flow:list",
                "drop:list",
                "node:list,health,metrics",
                "limit:list",
                "token:list,create,revoke",
                "audit:list",
                "context:list,use,add,remove"
            })
    void everyNounAndVerbExplainsItself(String nounAndVerbs) {
        String noun = nounAndVerbs.substring(0, nounAndVerbs.indexOf(':'));
        String[] verbs = nounAndVerbs.substring(noun.length() + 1).split(",");
        Cli.Result help = Cli.piped().run(noun, "--help");
        assertThat(help.code()).isZero();
        assertThat(Cli.piped().run("--help").out()).contains("  " + noun);
        for (String verb : verbs) {
            Cli.Result ofVerb = Cli.piped().run(noun, verb, "--help");
            assertThat(ofVerb.code()).isZero();
            assertThat(ofVerb.out()).contains("Usage: sluice " + noun + " " + verb);
            assertThat(help.out()).contains("  " + verb);
        }
        assertThat(help.out().lines().filter(line -> line.matches("  [a-z].*")))
                .as("no verb that this test does not know")
                .allMatch(line -> List.of(verbs).contains(line.strip().split("[ ,]")[0]));
    }

    /** Also those that this test does not name. */
    @Test
    void everyCommandThereIsExplainsItself() {
        int explained = 0;
        for (Noun noun : Nouns.ALL) {
            Cli.Result help = Cli.piped().run(noun.name(), "--help");
            assertThat(help.code()).isZero();
            assertThat(help.out()).contains("Usage: sluice " + noun.name());
            String[] parts = help.out().split("Commands:\\R", 2);
            for (String line : parts.length < 2 ? new String[0] : parts[1].split("\\R")) {
                if (line.matches("  [a-z].*")) {
                    String verb = line.strip().split("[ ,]")[0];
                    assertThat(Cli.piped().run(noun.name(), verb, "--help").out())
                            .contains("Usage: sluice " + noun.name() + " " + verb)
                            .contains("--help");
                    explained++;
                }
            }
        }
        assertThat(explained).isGreaterThan(50);
    }

    @ParameterizedTest
    @ValueSource(strings = {"drain", "doctor", "completion"})
    void everyCommandWithoutVerbsExplainsItself(String command) {
        assertThat(Cli.piped().run(command, "--help").out()).contains("Usage: sluice " + command);
        assertThat(Cli.piped().run("help", command).out()).contains("Usage: sluice " + command);
    }

    @Test
    void documentationNamesEveryCommandAndExitCode() throws IOException {
        String page = Files.readString(Path.of("../docs/cli.md"));
        for (Noun noun : Nouns.ALL) {
            assertThat(page).contains("`" + noun.name());
        }
        ExitCode.meanings()
                .forEach((number, meaning) -> assertThat(page).contains("| " + number + " | " + meaning + " |"));
    }
}
