// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.flow.FlowKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTableTest {

    private static final long NOW_MS = 1_000;
    private static final long TIMEOUT_MS = 350_000;

    private final FlowTable table = new FlowTable(100, 8, 4);

    @AfterEach
    void structureHolds() {
        FlowTableChecker.check(table, key -> TestKeys.hash(key, 1));
    }

    private int insert(int n, int target) {
        long[] words = TestKeys.words(n);
        return insert(words, target);
    }

    private int insert(long[] words, int target) {
        return table.insert(
                words,
                0,
                TestKeys.hash(words),
                target,
                0xC0FFEE01,
                3,
                TcpTracker.OPENING,
                true,
                false,
                TIMEOUT_MS,
                77,
                NOW_MS);
    }

    private int find(int n) {
        long[] words = TestKeys.words(n);
        return table.find(words, 0, TestKeys.hash(words));
    }

    @Test
    void keepsEveryFieldOfAFlowApart() {
        long[] words = {
            -1, -1, -1, -1, -1, FlowKey.traits(0xFFFF, 0xFFFF, 255, 6, io.sluice.model.flow.Stickiness.TWO_TUPLE)
        };
        int slot = table.insert(
                words, 0, TestKeys.hash(words), 7, -1, 15, 0xFF, true, true, 6_000_000, Long.MAX_VALUE, (1L << 40) - 1);

        assertThat(table.targetIndex(slot)).isEqualTo(7);
        assertThat(table.cookie(slot)).isEqualTo(-1);
        assertThat(table.portSlot(slot)).isEqualTo(15);
        assertThat(table.tcpState(slot)).isEqualTo(0xFF);
        assertThat(table.initiatorIsLower(slot)).isTrue();
        assertThat(table.provisional(slot)).isTrue();
        assertThat(table.idleTimeoutMs(slot)).isEqualTo(6_000_000);
        assertThat(table.createdAtMs(slot)).isEqualTo(Long.MAX_VALUE);
        assertThat(table.lastSeenMs(slot)).isEqualTo((1L << 40) - 1);
        assertThat(table.endpointId(slot)).isEqualTo(-1);
        assertThat(table.attachment(slot, true)).isEqualTo(FlowTable.NO_ATTACHMENT);
        assertThat(table.attachment(slot, false)).isEqualTo(FlowTable.NO_ATTACHMENT);

        table.acknowledge(slot);
        table.tcpState(slot, 0);
        table.idleTimeoutMs(slot, 120_000);
        table.attach(slot, false, 65_534);
        long[] copied = new long[FlowKey.WORDS];
        table.copyKey(slot, copied, 0);
        assertThat(copied).isEqualTo(words);
        assertThat(table.provisional(slot)).isFalse();
        assertThat(table.initiatorIsLower(slot)).isTrue();
        assertThat(table.portSlot(slot)).isEqualTo(15);
        assertThat(table.lastSeenMs(slot)).isEqualTo((1L << 40) - 1);
        assertThat(table.attachment(slot, true)).isEqualTo(FlowTable.NO_ATTACHMENT);
        assertThat(table.attachment(slot, false)).isEqualTo(65_534);
        assertThat(table.cookie(slot)).isEqualTo(-1);
    }

    @Test
    void countsEachDirectionByItselfAndRefreshesByEitherF13() {
        int slot = insert(1, 0);
        table.packet(slot, true, 100, NOW_MS + 10);
        table.packet(slot, false, 1400, NOW_MS + 20);
        table.packet(slot, false, 1400, NOW_MS + 30);

        assertThat(table.packets(slot, true)).isEqualTo(1);
        assertThat(table.bytes(slot, true)).isEqualTo(100);
        assertThat(table.packets(slot, false)).isEqualTo(2);
        assertThat(table.bytes(slot, false)).isEqualTo(2800);
        assertThat(table.lastSeenMs(slot)).isEqualTo(NOW_MS + 30);
        assertThat(table.ageMs(slot, NOW_MS + 50)).isEqualTo(50);
        assertThat(table.idleMs(slot, NOW_MS + 50)).isEqualTo(20);
    }

    @Test
    void countsWithoutRefreshingTrailingSegments() {
        int slot = insert(1, 0);
        table.count(slot, true, 40);
        assertThat(table.packets(slot, true)).isEqualTo(1);
        assertThat(table.lastSeenMs(slot)).isEqualTo(NOW_MS);
    }

    @Test
    void separatesEqualTuplesOfTwoEndpointsF5() {
        int a = insert(TestKeys.words(1, 5), 1);
        long targetOfA = table.targetIndex(a);
        insert(TestKeys.words(2, 5), 2);
        long[] first = TestKeys.words(1, 5);
        long[] second = TestKeys.words(2, 5);
        assertThat(table.targetIndex(table.find(first, 0, TestKeys.hash(first))))
                .isEqualTo((int) targetOfA);
        assertThat(table.targetIndex(table.find(second, 0, TestKeys.hash(second))))
                .isEqualTo(2);
        assertThat(table.endpointFlows(1)).isEqualTo(1);
        assertThat(table.endpointFlows(2)).isEqualTo(1);
        assertThat(table.endpointFlows(3)).isZero();
    }

    @Test
    void treatsAnExpiredEntryThatIsStillThereAsAbsentF15() {
        int slot = insert(1, 0);
        long[] words = TestKeys.words(1);
        long hash = TestKeys.hash(words);
        assertThat(table.findLive(words, 0, hash, NOW_MS + TIMEOUT_MS - 1)).isEqualTo(slot);
        assertThat(table.findLive(words, 0, hash, NOW_MS + TIMEOUT_MS)).isEqualTo(FlowTable.NONE);
        assertThat(table.find(words, 0, hash)).isEqualTo(slot);
    }

    @Test
    void lingersForFiveSecondsWhenClosedF19() {
        int slot = insert(1, 0);
        table.tcpState(slot, TcpTracker.CLOSED);
        assertThat(table.expiredAt(slot, NOW_MS + 4_999)).isFalse();
        assertThat(table.expiredAt(slot, NOW_MS + 5_000)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, (1L << 40) - 1, (1L << 40) - 100, (1L << 41) + 5, -1, Long.MAX_VALUE})
    void comparesTimesAcrossTheWrapOfItsClock(long startMs) {
        long[] words = TestKeys.words(1);
        int slot = table.insert(words, 0, TestKeys.hash(words), 0, 1, 0, 1, true, false, 120_000, 0, startMs);
        assertThat(table.expiredAt(slot, startMs)).isFalse();
        assertThat(table.expiredAt(slot, startMs + 119_999)).isFalse();
        assertThat(table.expiredAt(slot, startMs + 120_000)).isTrue();
        table.packet(slot, true, 1, startMs + 119_999);
        assertThat(table.expiredAt(slot, startMs + 120_000)).isFalse();
        assertThat(table.ageMs(slot, startMs + 120_000)).isEqualTo(120_000);
        assertThat(table.expiredAt(slot, startMs - 1_000)).as("clock set back").isFalse();
    }

    @Test
    void refusesAFlowMoreThanItsCapacityAndChangesNothing() {
        for (int n = 0; n < 100; n++) {
            assertThat(insert(n, n % 8)).isNotEqualTo(FlowTable.NONE);
        }
        assertThat(insert(100, 0)).isEqualTo(FlowTable.NONE);
        assertThat(table.size()).isEqualTo(100);
        assertThat(find(100)).isEqualTo(FlowTable.NONE);
        table.remove(find(50));
        assertThat(insert(100, 0)).isNotEqualTo(FlowTable.NONE);
    }

    @Test
    void refusesAnEndpointMoreThanItCanCountButTakesFlowsOfThoseItHas() {
        for (int endpoint = 0; endpoint < 4; endpoint++) {
            assertThat(insert(TestKeys.words(endpoint, 1), 0)).isNotEqualTo(FlowTable.NONE);
        }
        assertThat(insert(TestKeys.words(4, 1), 0)).isEqualTo(FlowTable.NONE);
        assertThat(insert(TestKeys.words(3, 2), 0)).isNotEqualTo(FlowTable.NONE);
    }

    @Test
    void holdsATargetIndexUntilItsLastFlowIsGoneT7() {
        insert(1, 5);
        insert(2, 5);
        assertThat(table.liveFlows(5)).isEqualTo(2);
        table.remove(find(1));
        assertThat(table.liveFlows(5)).isEqualTo(1);
        table.retarget(find(2), 6, 0x1234, true, 99);
        assertThat(table.liveFlows(5)).isZero();
        assertThat(table.liveFlows(6)).isEqualTo(1);
        assertThat(table.cookie(find(2))).isEqualTo(0x1234);
        assertThat(table.provisional(find(2))).isTrue();
        assertThat(table.createdAtMs(find(2))).isEqualTo(99);
    }

    @Test
    void refusesAKeyItHasAsAProgrammersError() {
        insert(1, 0);
        assertThatThrownBy(() -> insert(1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has this flow already");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 0xFFFF, 0x0006_0000_0000_0001L})
    void refusesTraitsThatAreNoKey(long traits) {
        long[] words = TestKeys.words(1);
        words[FlowKey.TRAITS_WORD] = traits;
        assertThatThrownBy(() -> insert(words, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void readsKeysFromTheMiddleOfAnArray() {
        long[] batch = new long[3 * FlowKey.WORDS];
        System.arraycopy(TestKeys.words(9), 0, batch, FlowKey.WORDS, FlowKey.WORDS);
        int slot = insert(9, 1);
        assertThat(table.find(batch, FlowKey.WORDS, TestKeys.hash(TestKeys.words(9))))
                .isEqualTo(slot);
    }

    @Test
    void tellsWhenTheAuthoritysRecordIsHalfATimeoutOld() {
        int slot = insert(1, 0);
        long half = TIMEOUT_MS / 2;
        assertThat(table.refreshDue(slot, NOW_MS + half)).as("no packet since").isFalse();
        table.packet(slot, true, 1, NOW_MS + 10);
        assertThat(table.refreshDue(slot, NOW_MS + half - 1)).isFalse();
        assertThat(table.refreshDue(slot, NOW_MS + half)).isTrue();
        table.reported(slot);
        assertThat(table.refreshDue(slot, NOW_MS + half)).isFalse();
        table.packet(slot, true, 1, NOW_MS + half);
        assertThat(table.refreshDue(slot, NOW_MS + 10 + half)).isTrue();
    }

    @Test
    void boundsAnyLookUpEvenWhenAllKeysCollide() {
        FlowTable colliding = new FlowTable(1000, 1, 1);
        int inserted = 0;
        for (int n = 0; n < 1000; n++) {
            if (colliding.insert(TestKeys.words(n), 0, 7, 0, n, 0, 0, true, false, 1000, 0, 0) != FlowTable.NONE) {
                inserted++;
            }
        }
        assertThat(inserted).isEqualTo(FlowTable.PROBES_MAX + 1);
        FlowTableChecker.check(colliding, key -> 7);
        assertThat(colliding.find(TestKeys.words(999), 0, 7)).isEqualTo(FlowTable.NONE);
    }

    @Test
    void refusesAnInsertionThatWouldPushAnotherEntryTooFar() {
        FlowTable colliding = new FlowTable(1000, 1, 1);
        long home10 = 10L << 32;
        long home5 = 5L << 32;
        for (int n = 0; n <= FlowTable.PROBES_MAX; n++) {
            assertThat(colliding.insert(TestKeys.words(n), 0, home10, 0, n, 0, 0, true, false, 1000, 0, 0))
                    .isNotEqualTo(FlowTable.NONE);
        }
        for (int n = 1000; n < 1005; n++) {
            assertThat(colliding.insert(TestKeys.words(n), 0, home5, 0, n, 0, 0, true, false, 1000, 0, 0))
                    .isNotEqualTo(FlowTable.NONE);
        }
        // the sixth of home 5 belongs before the entries of home 10, and the last of those cannot move on
        assertThat(colliding.insert(TestKeys.words(1005), 0, home5, 0, 1, 0, 0, true, false, 1000, 0, 0))
                .isEqualTo(FlowTable.NONE);
        FlowTableChecker.check(colliding, key -> FlowKey.lowerPort(key.word(5)) < 1000 ? home10 : home5);
    }
}
