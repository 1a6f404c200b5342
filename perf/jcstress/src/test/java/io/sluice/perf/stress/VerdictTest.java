// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestConfig;
import org.openjdk.jcstress.infra.runners.TestList;

class VerdictTest {

    private static final String BELL = "io.sluice.sharding.DoorbellStress.LoopBegins";
    private static final String RING = "io.sluice.sharding.PacketRingStress.CellIsSeenWhole";

    private static TestResult result(String test, Status status) throws IOException {
        Options options = new Options(new String[0]);
        options.parse();
        TestResult result = new TestResult(status);
        result.setConfig(new TestConfig(options, TestList.getInfo(test), 0, List.of(), 0, null));
        return result;
    }

    private static Verdict verdict(TestResult... results) {
        return Verdict.of(new TreeSet<>(List.of(BELL, RING)), List.of(results));
    }

    @Test
    void allIsWellWhereOnlyAcceptableStatesWereSeen() throws IOException {
        TestResult bell = result(BELL, Status.NORMAL);
        bell.addState("1", 4_000);
        TestResult ring = result(RING, Status.NORMAL);
        ring.addState("0, 0, 0, 0, 0, 0, 0", 500);
        Verdict verdict = verdict(bell, ring);
        assertThat(verdict.isClean()).isTrue();
        assertThat(verdict.lines()).containsExactly("2 passed, 0 failed, 0 errors; two threads met 4,500 times");
    }

    @Test
    void saysWhichForbiddenStatesWereSeenUnderAnyCompiler() throws IOException {
        TestResult interpreted = result(BELL, Status.NORMAL);
        interpreted.addState("1", 2_000);
        TestResult compiled = result(BELL, Status.NORMAL);
        compiled.addState("1", 999);
        compiled.addState("0", 1);
        TestResult ring = result(RING, Status.NORMAL);
        ring.addState("1, 8, 2, 3, 4, 5, 0", 1);
        Verdict verdict = verdict(interpreted, compiled, ring);
        assertThat(verdict.isClean()).isFalse();
        assertThat(verdict.lines())
                .containsExactly(
                        "failed " + BELL,
                        "  saw 0, 1 times of 3,000: lies in the ring, and nobody looks",
                        "failed " + RING,
                        "  saw 1, 8, 2, 3, 4, 5, 0, 1 times of 1: a part of it",
                        "0 passed, 2 failed, 0 errors; two threads met 3,001 times");
    }

    @Test
    void namesFiveForbiddenStatesOfATestAndCountsTheOthers() throws IOException {
        TestResult ring = result(RING, Status.NORMAL);
        for (int kind = 2; kind < 9; kind++) {
            ring.addState(kind + ", 8, 2, 3, 4, 5, 6", 1);
        }
        TestResult bell = result(BELL, Status.NORMAL);
        bell.addState("1", 1);
        assertThat(verdict(bell, ring).lines())
                .hasSize(8)
                .contains("  saw 6, 8, 2, 3, 4, 5, 6, 1 times of 7: a part of it", "  and 2 others that are forbidden");
    }

    @Test
    void aTestWhoseThreadsNeverMetIsAnError() throws IOException {
        TestResult ring = result(RING, Status.NORMAL);
        ring.addState("0, 0, 0, 0, 0, 0, 0", 500);
        assertThat(verdict(result(BELL, Status.NORMAL), ring).lines())
                .containsExactly(
                        "error " + BELL,
                        "  its threads never met",
                        "1 passed, 0 failed, 1 errors; two threads met 500 times");
    }

    @Test
    void aTestThatDidNotRunOrNotToItsEndIsAnError() throws IOException {
        Verdict verdict = verdict(result(RING, Status.TIMEOUT_ERROR));
        assertThat(verdict.isClean()).isFalse();
        assertThat(verdict.errors()).isEqualTo(2);
        assertThat(verdict.lines())
                .containsExactly(
                        "error " + BELL,
                        "  did not run, the log says why",
                        "error " + RING,
                        "  did not run to its end: TIMEOUT_ERROR",
                        "0 passed, 0 failed, 2 errors; two threads met 0 times");
    }
}
