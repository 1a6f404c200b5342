// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.stress;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.ReportUtils;

/**
 * What came of all tests: how many of them ended how, and lines that say it, of each that did not pass and of all
 * together.
 */
record Verdict(int passed, int failed, int errors, List<String> lines) {

    Verdict {
        lines = List.copyOf(lines);
    }

    /**
     * @param tests that were to run
     * @param results of each test one for each kind of compiler and more
     */
    static Verdict of(SortedSet<String> tests, Collection<TestResult> results) {
        Map<String, TestResult> byName = ReportUtils.mergedByName(results).stream()
                .collect(Collectors.toMap(TestResult::getName, result -> result));
        List<Finding> findings =
                tests.stream().map(test -> Finding.of(test, byName.get(test))).toList();
        int passed = count(findings, Finding.Kind.PASSED);
        int failed = count(findings, Finding.Kind.FAILED);
        int errors = count(findings, Finding.Kind.ERROR);
        List<String> lines = new ArrayList<>();
        findings.forEach(finding -> lines.addAll(finding.lines()));
        lines.add(String.format(
                Locale.ROOT,
                "%d passed, %d failed, %d errors; two threads met %,d times",
                passed,
                failed,
                errors,
                findings.stream().mapToLong(Finding::meetings).sum()));
        return new Verdict(passed, failed, errors, lines);
    }

    private static int count(List<Finding> findings, Finding.Kind kind) {
        return (int) findings.stream().filter(finding -> finding.kind() == kind).count();
    }

    /** Whether every test ran and none failed. */
    boolean isClean() {
        return failed == 0 && errors == 0;
    }
}
