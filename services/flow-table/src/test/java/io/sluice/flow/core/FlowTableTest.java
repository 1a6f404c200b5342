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
    private static final long CREATED_MAX_MS = (1L << 47) - 1;

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
                words, 0, TestKeys.hash(words), 7, -1, 15, 0xFF, true, true, 6_000_000, CREATED_MAX_MS, (1L << 40) - 1);

        assertThat(table.targetIndex(slot)).isEqualTo(7);
        assertThat(table.cookie(slot)).isEqualTo(-1);
        assertThat(table.portSlot(slot)).isEqualTo(15);
        assertThat(table.tcpState(slot)).isEqualTo(0xFF);
        assertThat(table.initiatorIsLower(slot)).isTrue();
        assertThat(table.provisional(slot)).isTrue();
        assertThat(table.idleTimeoutMs(slot)).isEqualTo(6_000_000);
        assertThat(table.createdAtMs(slot)).isEqualTo(CREATED_MAX_MS);
        assertThat(table.lastSeenMs(slot)).isEqualTo((1L << 40) - 1);
        assertThat(table.endpointId(slot)).isEqualTo(-1);
        assertThat(table.attachment(slot, true)).isEqualTo(FlowTable.NO_ATTACHMENT);
        assertThat(table.attachment(slot, false)).isEqualTo(FlowTable.NO_ATTACHMENT);

        table.frame(slot, false, 0xFFF);
        assertThat(table.frame(slot, true)).isEqualTo(FlowTable.NO_FRAME);
        table.frame(slot, true, 0xABC);
        table.frame(slot, false, 0x123);
        assertThat(table.embryonic(slot)).isTrue();
        table.established(slot);
        assertThat(table.moves(slot)).isZero();
        table.moves(slot, 0x7FFF);
        assertThat(table.createdAtMs(slot)).isEqualTo(CREATED_MAX_MS);
        assertThat(table.moves(slot)).isEqualTo(0x7FFF);
        table.retarget(slot, 7, -1, false, CREATED_MAX_MS);
        assertThat(table.moves(slot))
                .as("what is pinned anew has moves only once somebody says so")
                .isZero();
        table.moves(slot, 0x2AAA);
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
        assertThat(table.frame(slot, true)).isEqualTo(0xABC);
        assertThat(table.frame(slot, false)).isEqualTo(0x123);
        table.frame(slot, true, FlowTable.NO_FRAME);
        assertThat(table.frame(slot, true)).isEqualTo(FlowTable.NO_FRAME);
        assertThat(table.frame(slot, false)).isEqualTo(0x123);
        assertThat(table.embryonic(slot)).isFalse();
        assertThat(table.cookie(slot)).isEqualTo(-1);
        assertThat(table.moves(slot)).isEqualTo(0x2AAA);
        assertThat(table.createdAtMs(slot)).isEqualTo(CREATED_MAX_MS);
        assertThat(table.firstSeenMs(slot)).isEqualTo((1L << 40) - 1);
        assertThatThrownBy(() -> table.moves(slot, 0x8000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void f13CountsEachDirectionByItselfAndRefreshesByEither() {
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
    void f5SeparatesEqualTuplesOfTwoEndpoints() {
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
    void f15TellsAnExpiredEntryThatIsStillThere() {
        int slot = insert(1, 0);
        long[] words = TestKeys.words(1);
        long hash = TestKeys.hash(words);
        assertThat(table.find(words, 0, hash)).isEqualTo(slot);
        assertThat(table.expiredAt(slot, NOW_MS + TIMEOUT_MS - 1)).isFalse();
        assertThat(table.expiredAt(slot, NOW_MS + TIMEOUT_MS)).isTrue();
    }

    @Test
    void f19LingersForFiveSecondsWhenClosed() {
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
    void t7HoldsATargetIndexUntilItsLastFlowIsGone() {
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
        long home10 = hashWithHome(colliding, 10);
        long home5 = hashWithHome(colliding, 5);
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

    /** The least hash that names a slot. */
    private static long hashWithHome(FlowTable table, int slot) {
        long hash = (((long) slot << 32) / table.slots() + 1) << 32;
        assertThat(table.home(hash)).isEqualTo(slot);
        return hash;
    }

    private int insertOf(long endpoint, int n, int cookie, long nowMs) {
        long[] words = TestKeys.words(endpoint, n);
        return table.insert(words, 0, TestKeys.hash(words), 0, cookie, 0, 0, true, false, TIMEOUT_MS, 77, nowMs);
    }

    private int find(long endpoint, int n) {
        long[] words = TestKeys.words(endpoint, n);
        return table.find(words, 0, TestKeys.hash(words));
    }

    @Test
    void givesUpTheEmbryonicFlowThatIsIdleLongest() {
        insertOf(1, 1, 1, 100);
        insertOf(1, 2, 2, 200);
        insertOf(1, 3, 3, 300);
        assertThat(table.evictable(1, 1_000)).isEqualTo(find(1, 1));
        table.refresh(find(1, 1), 400);
        assertThat(table.evictable(1, 1_000)).isEqualTo(find(1, 2));
        assertThat(table.evictable(1, 1_000)).as("asking changes no answer").isEqualTo(find(1, 2));
    }

    @Test
    void neverGivesUpAnEstablishedFlowOrAnotherEndpoints() {
        insertOf(1, 1, 1, 100);
        insertOf(2, 2, 2, 50);
        table.established(find(1, 1));
        table.established(find(1, 1));
        assertThat(table.evictable(1, 1_000)).isEqualTo(FlowTable.NONE);
        assertThat(table.evictable(3, 1_000)).isEqualTo(FlowTable.NONE);
        assertThat(table.evictable(2, 1_000)).isEqualTo(find(2, 2));
    }

    @Test
    void comparesNoMoreThan64EmbryonicFlowsAndPassesOverThoseInUse() {
        for (int n = 0; n < 100; n++) {
            insertOf(1, n, n, 100 + n);
        }
        for (int n = 0; n < 64; n++) {
            table.refresh(find(1, n), 1_000 + n);
        }
        assertThat(table.evictable(1, 2_000)).as("the first 64 are all in use").isEqualTo(find(1, 0));
        assertThat(table.evictable(1, 2_000)).as("now they are behind").isEqualTo(find(1, 64));
    }

    @Test
    void findsFlowsByCookieWhereverTheTableMovedThem() {
        for (int n = 0; n < 100; n++) {
            insertOf(1 + n % 2, n, 7 * n, 0);
        }
        table.remove(find(1, 50));
        table.retarget(find(2, 51), 1, -5, false, 0);
        for (int n = 0; n < 100; n++) {
            int endpoint = 1 + n % 2;
            if (n == 50 || n == 51) {
                assertThat(table.findByCookie(endpoint, 7 * n)).isEqualTo(FlowTable.NONE);
                assertThat(table.cookieInUse(7 * n)).isFalse();
            } else {
                assertThat(table.findByCookie(endpoint, 7 * n)).isEqualTo(find(endpoint, n));
                assertThat(table.findByCookie(3 - endpoint, 7 * n)).isEqualTo(FlowTable.NONE);
                assertThat(table.cookieInUse(7 * n)).isTrue();
            }
        }
        assertThat(table.findByCookie(2, -5)).isEqualTo(find(2, 51));
    }

    @Test
    void findsEveryFlowThatSharesACookie() {
        for (int n = 0; n < 20; n++) {
            insertOf(n % 4, n, 0xC0FFEE01, 0);
        }
        for (int endpoint = 0; endpoint < 4; endpoint++) {
            int found = 0;
            int slot = table.findByCookie(endpoint, 0xC0FFEE01);
            while (slot != FlowTable.NONE) {
                assertThat(table.endpointId(slot)).isEqualTo(endpoint);
                found++;
                slot = table.findByCookie(endpoint, 0xC0FFEE01, slot + 1);
            }
            assertThat(found).isEqualTo(5);
        }
    }
}
