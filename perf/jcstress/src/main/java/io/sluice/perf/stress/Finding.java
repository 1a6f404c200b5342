// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.stress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.grading.TestGrading;

/**
 * What came of one test.
 *
 * @param lines which test and what it saw, or why it did not run; none where it passed
 * @param meetings how often its threads met
 */
record Finding(Kind kind, List<String> lines, long meetings) {

    /** States that are named; the report has all. */
    private static final int STATES_MAX = 5;

    /** How it ended. */
    enum Kind {
        /** It ran, and saw nothing forbidden. */
        PASSED,
        /** It saw what is forbidden. */
        FAILED,
        /** It did not run, or not to its end, and saw nothing forbidden before. */
        ERROR
    }

    Finding {
        lines = List.copyOf(lines);
    }

    /**
     * @param result null where there is none
     */
    static Finding of(String test, @Nullable TestResult result) {
        if (result == null) {
            return new Finding(Kind.ERROR, List.of("error " + test, "  did not run, the log says why"), 0);
        }
        List<String> lines = new ArrayList<>(forbidden(result));
        Kind kind = lines.isEmpty() ? Kind.PASSED : Kind.FAILED;
        if (result.status() != Status.NORMAL) {
            kind = kind == Kind.PASSED ? Kind.ERROR : kind;
            lines.add("  did not run to its end: " + result.status());
        } else if (result.getTotalCount() == 0) {
            kind = Kind.ERROR;
            lines.add("  its threads never met");
        }
        if (kind != Kind.PASSED) {
            lines.addFirst(kind.name().toLowerCase(Locale.ROOT) + " " + test);
        }
        return new Finding(kind, lines, result.getTotalCount());
    }

    /** Of states that were seen and must not be: which, how often of how many, and what it means. */
    private static List<String> forbidden(TestResult result) {
        List<GradingResult> seen = result.grading().gradingResults.values().stream()
                .filter(state -> !TestGrading.passed(state.expect, state.count))
                .toList();
        List<String> lines = new ArrayList<>();
        for (GradingResult state : seen.subList(0, Math.min(seen.size(), STATES_MAX))) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  saw %s, %,d times of %,d: %s",
                    state.id,
                    state.count,
                    result.getTotalCount(),
                    state.description));
        }
        if (seen.size() > STATES_MAX) {
            lines.add("  and %d others that are forbidden".formatted(seen.size() - STATES_MAX));
        }
        return lines;
    }
}
