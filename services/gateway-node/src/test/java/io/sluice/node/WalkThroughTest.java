// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The walk-through of README.md, typed as it stands: the launcher, a node, an appliance and the command line as processes. */
class WalkThroughTest {

    private static final Path README = Path.of("..", "..", "README.md");

    /** What an operator does in the first minutes. */
    private static final List<String> SHOWN = List.of(
            "./sluice run ",
            "./sluice node health",
            "./sluice target register ",
            "./sluice trace ",
            "./sluice drain ",
            "./sluice target-group update ",
            "./sluice config rollback ",
            "./sluice token create ");

    @TempDir
    private Path directory;

    @Test
    void everyCommandOfTheWalkThroughDoesWhatItSays() throws Exception {
        int network = ThreadLocalRandom.current().nextInt(100, 250);
        Path tree = new LauncherTree(directory).root();
        Path example = tree.resolve("examples/gateway.yaml");
        Files.writeString(example, elsewhere(Files.readString(example), network));
        List<Console.Step> steps = Console.steps(elsewhere(Files.readString(README), network));
        assertThat(SHOWN)
                .allSatisfy(command ->
                        assertThat(steps).anyMatch(step -> step.command().contains(command)));

        Console.run(
                steps,
                tree,
                Files.createDirectories(directory.resolve("records")),
                Map.of(
                        "HOME",
                        directory.toString(),
                        "XDG_CONFIG_HOME",
                        directory.toString(),
                        "TMPDIR",
                        directory.toString(),
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "SLUICE_URL",
                        elsewhere("http://127.0.0.1:8080", network)));
    }

    /** The same on loopback addresses that nobody else has, another gateway on this host for one. */
    private static String elsewhere(String text, int network) {
        return text.replace("127.0.", "127." + network + ".");
    }

    @ParameterizedTest
    @CsvSource({
        "a b, a  b, true",
        "a b, a c, false",
        "a … c, a b b c, true",
        "a … c, a b, false",
        "a|…|c, a|b|b|c, true",
        "a|…, a, true",
        "a|c, a|b|c, false",
        "a, a|b, false",
        "a|b, a, false",
        "a.c, abc, false",
    })
    void aPageIsHeldToWhatItSays(String said, String printed, boolean matches) {
        assertThat(Console.matches(List.of(said.split("\\|")), List.of(printed.split("\\|"))))
                .isEqualTo(matches);
    }
}
