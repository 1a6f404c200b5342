// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The page that says of each rule of the contract which tests prove it; equal inputs make equal pages. */
final class ConformancePage {

    private static final Map<Character, String> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put('W', "Wire format and returns");
        PARTS.put('F', "Flows");
        PARTS.put('H', "Health checks");
        PARTS.put('T', "Zones, failure, draining");
        PARTS.put('Q', "Sizes");
    }

    private static final String INTRODUCTION = """
            # Conformance

            Every rule of the contract's sections 1 to 5 with the tests that prove it. **Generated** by `./sluice conformance`
            from the names of tests and the reports of the last run; `./sluice test` fails where this page is not what it would
            generate. A test proves the rule that its method's name begins with: `w16OneCookie…` proves W-16. That the tests of
            a rule fail when it is off is on a [page of its own](disabled-rules.md), what no test notices is
            [explained](mutation.md).
            """;

    private ConformancePage() {}

    /** The whole page. Tests come in the order of their names, rules in that of the contract. */
    static String page(List<ContractRule> rules, List<ProvingTest> tests) {
        Map<String, List<ProvingTest>> byId = tests.stream().sorted().collect(Collectors.groupingBy(ProvingTest::id));
        List<String> gaps = new ArrayList<>();
        int proven = 0;
        int notTestable = 0;
        for (ContractRule rule : rules) {
            if (byId.containsKey(rule.id())) {
                proven++;
            } else if (rule.notTestable().isEmpty()) {
                gaps.add(rule.id());
            } else {
                notTestable++;
            }
        }
        StringBuilder page = new StringBuilder(INTRODUCTION);
        page.append("\n%d rules: %d with tests, %d not testable here, %d without a test.\n"
                .formatted(rules.size(), proven, notTestable, gaps.size()));
        PARTS.forEach((part, title) -> {
            page.append("\n## ").append(title).append("\n");
            String missing = gaps.stream().filter(id -> id.charAt(0) == part).collect(Collectors.joining(", "));
            if (!missing.isEmpty()) {
                page.append("\nWithout a test: ").append(missing).append(".\n");
            }
            page.append("\n| rule | says | tests | result |\n| --- | --- | --- | --- |\n");
            for (ContractRule rule : rules) {
                if (rule.part() == part) {
                    page.append(row(rule, byId.getOrDefault(rule.id(), List.of())));
                }
            }
        });
        return page.toString();
    }

    /** What is wrong whatever the page says: rules twice or of no part, names of tests that name no rule. */
    static List<String> problems(List<ContractRule> rules, List<ProvingTest> tests) {
        List<String> problems = new ArrayList<>();
        Set<String> ids = new TreeSet<>();
        for (ContractRule rule : rules) {
            if (!ids.add(rule.id())) {
                problems.add(rule.id() + " is there twice");
            }
            if (!PARTS.containsKey(rule.part())) {
                problems.add(rule.id() + " is of no part of the contract");
            }
        }
        Set<String> tested = tests.stream().map(ProvingTest::id).collect(Collectors.toSet());
        for (ContractRule rule : rules) {
            if (!rule.notTestable().isEmpty() && tested.contains(rule.id())) {
                problems.add(rule.id() + " is called not testable, and has a test");
            }
        }
        for (ProvingTest test : tests) {
            if (!ids.contains(test.id())) {
                problems.add(test.name() + " begins with " + test.id() + ", which is no rule");
            }
        }
        return problems;
    }

    /** The page without what a run says: which rules there are and which tests prove them. */
    static String withoutResults(String page) {
        return page.replaceAll("(?m)^(\\| [A-Z].*)\\|[^|\n]*\\|$", "$1|");
    }

    private static String row(ContractRule rule, List<ProvingTest> tests) {
        String names = tests.stream().map(test -> "`" + test.name() + "`").collect(Collectors.joining("<br>"));
        if (tests.isEmpty()) {
            names = rule.notTestable().isEmpty() ? "**none**" : "not testable here: " + rule.notTestable();
        }
        return "| %s | %s | %s | %s |\n".formatted(rule.id(), rule.sentence(), names, result(tests));
    }

    private static String result(List<ProvingTest> tests) {
        int failed = tests.stream().mapToInt(ProvingTest::failed).sum();
        int skipped = tests.stream().mapToInt(ProvingTest::skipped).sum();
        int all =
                failed + skipped + tests.stream().mapToInt(ProvingTest::passed).sum();
        if (tests.isEmpty()) {
            return "";
        }
        if (failed > 0) {
            return "**failed**, %d of %d".formatted(failed, all);
        }
        if (skipped > 0) {
            return "skipped, %d of %d".formatted(skipped, all);
        }
        return tests.stream().allMatch(ProvingTest::hasRun) ? "passed" : "not run";
    }
}
