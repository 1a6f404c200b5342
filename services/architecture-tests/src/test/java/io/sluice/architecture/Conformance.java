// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes {@code docs/conformance.md}, or compares it with what it would make.
 *
 * <p>Run by the launcher from source, without a class path: {@code java Conformance.java [--check | --check-all] ROOT}.
 * {@code --check} wants the same rules and tests, {@code --check-all} also the same results, as after a complete run.
 * Exit codes: 0 done or equal, 1 different or wrong, with a sentence on stderr for each reason.
 */
final class Conformance {

    static final String PAGE = "docs/conformance.md";
    static final String CONTRACT = "services/architecture-tests/src/test/resources/conformance/contract.tsv";

    private Conformance() {}

    public static void main(String[] arguments) throws IOException {
        String mode = arguments.length > 1 ? arguments[0] : "";
        List<String> complaints = run(mode, Path.of(arguments[arguments.length - 1]));
        complaints.forEach(System.err::println);
        System.exit(complaints.isEmpty() ? 0 : 1);
    }

    /** Does it; returns what is wrong. */
    static List<String> run(String mode, Path root) throws IOException {
        List<ContractRule> rules = ContractRule.read(root.resolve(CONTRACT));
        List<ProvingTest> tests = ProvingTests.find(root);
        List<String> problems = ConformancePage.problems(rules, tests);
        if (!problems.isEmpty()) {
            return problems;
        }
        String made = ConformancePage.page(rules, tests);
        Path page = root.resolve(PAGE);
        if (mode.isEmpty()) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, made);
            long notRun = tests.stream().filter(test -> !test.hasRun()).count();
            if (notRun > 0) {
                System.err.println(notRun + " tests have no report, of which the page says 'not run': ./sluice test");
            }
            return List.of();
        }
        String committed = Files.exists(page) ? Files.readString(page) : "";
        boolean equal = mode.equals("--check-all")
                ? committed.equals(made)
                : ConformancePage.withoutResults(committed).equals(ConformancePage.withoutResults(made));
        return equal
                ? List.of()
                : List.of(
                        PAGE + " is not what it should be" + firstDifference(committed, made),
                        "after a complete ./sluice test, ./sluice conformance makes it anew: look at it and commit it");
    }

    private static String firstDifference(String committed, String made) {
        List<String> before = committed.lines().toList();
        List<String> after = made.lines().toList();
        for (int i = 0; i < after.size(); i++) {
            if (i >= before.size() || !before.get(i).equals(after.get(i))) {
                return ": line " + (i + 1) + " should be\n    " + after.get(i);
            }
        }
        return ": it has more lines than " + after.size();
    }
}
