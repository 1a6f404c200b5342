// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowExpiryTest implements FlowSweepListener {

    private final FlowTable table = new FlowTable(800, 1, 1);
    private final FlowExpiry expiry = new FlowExpiry(table);
    private final List<Integer> expired = new ArrayList<>();
    private final List<Integer> due = new ArrayList<>();

    @Override
    public void expired(FlowTable swept, int slot) {
        expired.add(swept.cookie(slot));
    }

    @Override
    public void refreshDue(FlowTable swept, int slot) {
        due.add(swept.cookie(slot));
    }

    @AfterEach
    void structureHolds() {
        FlowTableChecker.check(table, FlowExpiryTest::hash);
    }

    private static long hash(FlowKey key) {
        return TestKeys.hash(key, 1);
    }

    private int insert(int cookie, long idleTimeoutMs) {
        long[] words = TestKeys.words(cookie);
        return table.insert(
                words, 0, TestKeys.hash(words), 0, cookie, 0, TcpTracker.ESTABLISHED, true, false, idleTimeoutMs, 0, 0);
    }

    private void pass(long nowMs) {
        // each visit either advances or removes one flow
        expiry.expire(nowMs, table.slots() + table.size(), this);
    }

    @Test
    void removesEachFlowAtItsOwnTimeout() {
        insert(1, 350_000);
        insert(2, 120_000);
        insert(3, 60_000);
        pass(59_999);
        assertThat(expired).isEmpty();
        pass(60_000);
        assertThat(expired).containsExactly(3);
        pass(120_000);
        assertThat(expired).containsExactly(3, 2);
        pass(349_999);
        assertThat(expired).hasSize(2);
        pass(350_000);
        assertThat(expired).containsExactly(3, 2, 1);
        assertThat(table.size()).isZero();
    }

    @Test
    void f13SparesAFlowThatAPacketHasRefreshed() {
        int slot = insert(1, 120_000);
        table.packet(slot, false, 60, 119_999);
        pass(120_000);
        assertThat(expired).isEmpty();
        pass(239_999);
        assertThat(expired).containsExactly(1);
    }

    @Test
    void f19RemovesAClosedFlowAfterItsLinger() {
        table.tcpState(insert(1, 350_000), TcpTracker.CLOSED);
        pass(4_999);
        assertThat(expired).isEmpty();
        pass(5_000);
        assertThat(expired).containsExactly(1);
    }

    @Test
    void visitsNoMoreSlotsThanAskedForAndGoesOnWhereItStopped() {
        for (int n = 0; n < 800; n++) {
            insert(n, 1_000);
        }
        int calls = 0;
        while (table.size() > 0) {
            int before = table.size();
            int removed = expiry.expire(1_000, 10, this);
            assertThat(removed).isBetween(0, 10);
            assertThat(table.size()).isEqualTo(before - removed);
            calls++;
        }
        assertThat(expired).doesNotHaveDuplicates().hasSize(800);
        assertThat(calls).isLessThanOrEqualTo((table.slots() + 800) / 10 + 1);
    }

    @Test
    void tellsOnceForEachHalfTimeoutThatTheRecordNeedsARefresh() {
        int slot = insert(1, 100_000);
        table.packet(slot, true, 60, 40_000);
        pass(49_999);
        assertThat(due).isEmpty();
        pass(50_000);
        pass(50_001);
        assertThat(due).containsExactly(1);
        table.packet(slot, true, 60, 60_000);
        pass(89_999);
        assertThat(due).hasSize(1);
        pass(90_000);
        assertThat(due).containsExactly(1, 1);
        assertThat(expired).isEmpty();
    }

    @Test
    void spreadsAPassOverItsTime() {
        assertThat(expiry.visitsFor(0)).isZero();
        assertThat(expiry.visitsFor(1)).isEqualTo(1);
        assertThat(expiry.visitsFor(FlowExpiry.PASS_MS)).isEqualTo(table.slots());
        assertThat(expiry.visitsFor(10 * FlowExpiry.PASS_MS)).isEqualTo(table.slots());
        assertThat(expiry.visitsFor(-5)).isZero();
    }

    @Test
    void f10TcpFlowsGoAfterTheListenersTimeoutAndNotBefore() {
        insert(1, 60_000);
        insert(2, 350_000);
        pass(59_999);
        assertThat(expired).isEmpty();
        pass(60_000);
        assertThat(expired).containsExactly(1);
        pass(349_999);
        pass(350_000);
        assertThat(expired).containsExactly(1, 2);
    }

    @Test
    void f12OtherFlowsGoAfter120Seconds() {
        insert(1, 120_000);
        pass(119_999);
        assertThat(expired).isEmpty();
        pass(120_000);
        assertThat(expired).containsExactly(1);
    }

    /**
     * The authority keeps a record for 1.5 timeouts and a pass from the last packet it was told of. Flows that are never
     * idle for a timeout must be told of before that, the shortest timeout and any pattern of packets included.
     */
    @Test
    void f10LiveFlowsAreToldOfBeforeTheirRecordsLapseWithTheShortestTimeout() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long timeoutMs = 60_000;
        long leaseMs = timeoutMs + timeoutMs / 2 + FlowExpiry.PASS_MS;
        long tickMs = 100;
        FlowTable large = new FlowTable(3_000, 1, 1);
        FlowExpiry sweep = new FlowExpiry(large);
        assertThat(sweep.visitsFor(tickMs)).as("a tick sees a part only").isLessThan(large.slots() / 100);
        int flows = 2_400;
        long[][] keys = new long[flows][];
        long[] nextPacketMs = new long[flows];
        long[] recordMs = new long[flows];
        for (int n = 0; n < flows; n++) {
            keys[n] = TestKeys.words(n);
            large.insert(keys[n], 0, TestKeys.hash(keys[n]), 0, n, 0, 1, true, false, timeoutMs, 0, 0);
            nextPacketMs[n] = 1 + random.nextLong(timeoutMs - 1);
        }
        long[] longestMs = new long[1];
        for (long nowMs = tickMs; nowMs <= 600_000; nowMs += tickMs) {
            for (int n = 0; n < flows; n++) {
                if (nextPacketMs[n] <= nowMs) {
                    int slot = large.find(keys[n], 0, TestKeys.hash(keys[n]));
                    assertThat(slot).as("flow %d, seed %d", n, seed).isNotEqualTo(FlowTable.NONE);
                    large.refresh(slot, nextPacketMs[n]);
                    // a third as late as can be, a third soon, a third anyhow
                    nextPacketMs[n] +=
                            n % 3 == 0 ? timeoutMs - 2 * tickMs : 1 + random.nextLong(n % 3 == 1 ? 500 : 59_000);
                }
            }
            long atMs = nowMs;
            sweep.expire(nowMs, sweep.visitsFor(tickMs), new FlowSweepListener() {
                @Override
                public void expired(FlowTable swept, int slot) {
                    throw new AssertionError("a live flow expired");
                }

                @Override
                public void refreshDue(FlowTable swept, int slot) {
                    int n = swept.cookie(slot);
                    longestMs[0] = Math.max(longestMs[0], atMs - recordMs[n]);
                    recordMs[n] = swept.lastSeenMs(slot);
                }
            });
            for (int n = 0; n < flows; n++) {
                assertThat(atMs - recordMs[n]).as("flow %d, seed %d", n, seed).isLessThan(leaseMs);
            }
        }
        assertThat(longestMs[0]).as("the margin is needed").isGreaterThan(timeoutMs);
        FlowTableChecker.check(large, FlowExpiryTest::hash);
    }
}
