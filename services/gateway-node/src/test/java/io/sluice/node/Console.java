// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code console} blocks of a page show, typed into one bash: each line behind {@code $} is a command that must end
 * with 0, and what follows it is all that it prints, wherever something follows. {@code …} stands for anything in a line,
 * and for any lines where it is a line; blanks are not counted.
 */
final class Console {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```console\n(.*?)^```$");
    private static final String PROMPT = "$ ";
    private static final String ANYTHING = "…";
    private static final int MINUTES_MAX = 5;

    /** A command with what it prints. */
    record Step(String command, List<String> prints) {}

    private Console() {}

    /** The commands of a page, in its order. */
    static List<Step> steps(String page) {
        List<Step> steps = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(page); block.find(); ) {
            for (String line : block.group(1).lines().toList()) {
                if (line.startsWith(PROMPT)) {
                    steps.add(new Step(line.substring(PROMPT.length()), new ArrayList<>()));
                } else {
                    steps.getLast().prints().add(line);
                }
            }
        }
        return steps;
    }

    /**
     * Types them in a directory and judges each; programs that they leave behind end with bash.
     *
     * @param directory where bash is
     * @param records for what was printed
     * @param variables of the environment, beside those that are there
     */
    static void run(List<Step> steps, Path directory, Path records, Map<String, String> variables)
            throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT\n");
        for (int i = 0; i < steps.size(); i++) {
            script.append("{ ").append(steps.get(i).command()).append("\n} >'").append(records.resolve(i + ".out"));
            script.append("' 2>&1\nresult=$?; echo $result >'").append(records.resolve(i + ".code"));
            script.append("'\n[ $result = 0 ] || exit 1\n");
        }
        ProcessBuilder bash = new ProcessBuilder(
                        "bash",
                        Files.writeString(records.resolve("script"), script).toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(records.resolve("bash.out").toFile());
        bash.environment().putAll(variables);
        Process process = bash.start();
        boolean ended = process.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        for (int i = 0; i < steps.size(); i++) {
            judge(steps.get(i), records.resolve(i + ".out"), records.resolve(i + ".code"));
        }
        assertThat(ended).as("bash ends").isTrue();
    }

    private static void judge(Step step, Path out, Path code) throws IOException {
        String printed = Files.exists(out) ? Files.readString(out) : "(never typed)";
        assertThat(code).as("%s does not end: %s", step.command(), printed).exists();
        assertThat(Files.readString(code).strip())
                .as("exit code of %s, which prints %s", step.command(), printed)
                .isEqualTo("0");
        if (!step.prints().isEmpty()) {
            assertThat(matches(step.prints(), printed.lines().toList()))
                    .as("%s%nprints%n%s%nand not%n%s", step.command(), printed, String.join("\n", step.prints()))
                    .isTrue();
        }
    }

    /** Whether lines are what a page says. */
    static boolean matches(List<String> said, List<String> printed) {
        if (said.isEmpty()) {
            return printed.isEmpty();
        }
        List<String> rest = said.subList(1, said.size());
        if (said.getFirst().strip().equals(ANYTHING)) {
            for (int skipped = 0; skipped <= printed.size(); skipped++) {
                if (matches(rest, printed.subList(skipped, printed.size()))) {
                    return true;
                }
            }
            return false;
        }
        return !printed.isEmpty()
                && pattern(said.getFirst()).matcher(words(printed.getFirst())).matches()
                && matches(rest, printed.subList(1, printed.size()));
    }

    private static Pattern pattern(String said) {
        StringBuilder pattern = new StringBuilder();
        for (String part : words(said).split(ANYTHING, -1)) {
            pattern.append(pattern.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(pattern.toString());
    }

    private static String words(String line) {
        return line.strip().replaceAll("\\s+", " ");
    }
}
