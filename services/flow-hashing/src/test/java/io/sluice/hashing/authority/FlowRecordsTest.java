// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Against plain maps, step by step at random. */
class FlowRecordsTest {

    private static final long SEED = 20_261_128;
    private static final int RECORDS_MAX = 1_500;
    private static final int TUPLES = 5_000;
    private static final long LEASE_MS = 10_000;
    private static final NodeId[] NODES = {new NodeId("gw-1"), new NodeId("gw-2")};

    /** What is known of a tuple that lives, or of one that ended. */
    private static final class Model {

        private TargetRef target;
        private int cookie;
        private long slot;
        private long createdAtMs;
        private long seenMs;
        private long buriedMs;
        private int moves;
        private NodeId user = NODES[0];

        Model(TargetRef target) {
            this.target = target;
        }
    }

    private final Random random = new Random(SEED);
    private final FlowRecords records = new FlowRecords(RECORDS_MAX, new FlowHasher(1, 2), Set.of());
    private final Map<Integer, Model> live = new HashMap<>();
    private final Map<Integer, Model> ended = new HashMap<>();

    private long nowMs = 1_795_000_000_000L;

    private static long[] key(int tuple) {
        long[] key = new long[FlowKey.WORDS];
        key[0] = tuple % 3;
        key[4] = tuple;
        key[FlowKey.TRAITS_WORD] = FlowKey.traits(1, 2, 17, 4, Stickiness.FIVE_TUPLE);
        return key;
    }

    /** Of many registrations, so that numbers are given again. */
    private TargetRef target() {
        return new TargetRef(
                new TargetGroupId("firewalls"), new TargetId("10.1.0." + random.nextInt(4)), nowMs / 1_000 % 50);
    }

    @Test
    void remembersWhatAMapRemembers() {
        for (int step = 0; step < 60_000; step++) {
            int tuple = random.nextInt(TUPLES);
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> open(tuple);
                case 4, 5 -> use(tuple);
                case 6 -> move(tuple);
                case 7 -> end(tuple);
                default -> pass();
            }
            check(tuple);
        }
        for (int tuple = 0; tuple < TUPLES; tuple++) {
            check(tuple);
        }
        assertThat(records.liveCount()).isEqualTo(live.size());
        assertThat(records.count()).isEqualTo(live.size() + ended.size());
        assertThat(records.targetNumbers()).as("of all registrations").isLessThan(200);
    }

    private void open(int tuple) {
        long[] key = key(tuple);
        if (records.live(key, 0, nowMs) != FlowRecords.NONE) {
            return;
        }
        expire(tuple);
        boolean noRoom = live.size() >= RECORDS_MAX;
        int record = records.add(key, 0, nowMs);
        if (noRoom) {
            // unless those that the refusal visited made some
            live.entrySet().removeIf(each -> gone(each.getKey(), each.getValue()));
            assertThat(record == FlowRecords.NONE).isEqualTo(live.size() >= RECORDS_MAX);
        }
        if (record == FlowRecords.NONE) {
            return;
        }
        Model model = new Model(target());
        model.cookie = random.nextInt();
        model.slot = nowMs / 8_000;
        model.createdAtMs = nowMs - random.nextInt(5);
        model.seenMs = nowMs;
        model.user = NODES[random.nextInt(2)];
        records.pin(record, model.target, model.cookie, model.slot);
        records.born(record, model.createdAtMs, LEASE_MS);
        records.usedBy(record, model.user, nowMs);
        live.put(tuple, model);
        boolean wasEnded = ended.remove(tuple) != null;
        if (!wasEnded && live.size() + ended.size() > 2 * RECORDS_MAX) {
            long oldestMs = ended.values().stream()
                    .mapToLong(each -> each.buriedMs)
                    .min()
                    .orElseThrow();
            List<Integer> forgotten = ended.keySet().stream()
                    .filter(each -> records.find(key(each), 0) == FlowRecords.NONE)
                    .toList();
            assertThat(forgotten).hasSize(1);
            assertThat(ended.remove(forgotten.getFirst()).buriedMs).isEqualTo(oldestMs);
        }
    }

    private void use(int tuple) {
        int record = records.live(key(tuple), 0, nowMs);
        if (record != FlowRecords.NONE) {
            Model model = live.get(tuple);
            long seenMs = nowMs - random.nextInt(2_000);
            model.seenMs = Math.max(model.seenMs, seenMs);
            model.user = NODES[random.nextInt(2)];
            records.usedBy(record, model.user, seenMs);
        }
    }

    private void move(int tuple) {
        int record = records.live(key(tuple), 0, nowMs);
        if (record != FlowRecords.NONE) {
            Model model = live.get(tuple);
            model.target = target();
            model.cookie = random.nextInt();
            model.slot++;
            model.moves++;
            records.move(record, model.target, model.cookie, model.slot);
        }
    }

    private void end(int tuple) {
        int record = records.live(key(tuple), 0, nowMs);
        if (record != FlowRecords.NONE) {
            records.bury(record, nowMs);
            live.get(tuple).seenMs = nowMs;
            bury(tuple);
        }
    }

    private void bury(int tuple) {
        Model model = live.remove(tuple);
        model.buriedMs = nowMs;
        ended.put(tuple, model);
    }

    /** One past its lease has ended by being looked for, and was last seen when it was. */
    private void expire(int tuple) {
        Model model = live.get(tuple);
        if (model != null && nowMs - model.seenMs >= LEASE_MS) {
            bury(tuple);
        }
    }

    /** Whether a sweep has ended it, which the model then takes over. */
    private boolean gone(int tuple, Model model) {
        if (nowMs - model.seenMs < LEASE_MS) {
            return false;
        }
        int record = records.find(key(tuple), 0);
        boolean buried = record == FlowRecords.NONE || records.buried(record);
        if (buried) {
            model.buriedMs = nowMs;
            ended.put(tuple, model);
        }
        return buried;
    }

    private void pass() {
        nowMs += random.nextInt(20);
        records.sweep(nowMs);
        List<Integer> over = new ArrayList<>();
        live.forEach((tuple, model) -> {
            if (nowMs - model.seenMs >= LEASE_MS) {
                int record = records.find(key(tuple), 0);
                assertThat(record).isNotEqualTo(FlowRecords.NONE);
                if (records.buried(record)) {
                    over.add(tuple);
                }
            }
        });
        over.forEach(this::bury);
        ended.entrySet()
                .removeIf(each -> nowMs - each.getValue().buriedMs >= FlowRecords.TOMBSTONE_MS
                        && records.find(key(each.getKey()), 0) == FlowRecords.NONE);
    }

    private void check(int tuple) {
        expire(tuple);
        int record = records.live(key(tuple), 0, nowMs);
        Model model = live.get(tuple);
        assertThat(record != FlowRecords.NONE).as("tuple %d lives", tuple).isEqualTo(model != null);
        if (model == null) {
            model = ended.get(tuple);
            record = records.find(key(tuple), 0);
            assertThat(record != FlowRecords.NONE)
                    .as("tuple %d is remembered", tuple)
                    .isEqualTo(model != null);
        }
        if (model != null) {
            assertThat(records.target(record)).isEqualTo(model.target);
            assertThat(records.cookie(record)).isEqualTo(model.cookie);
            assertThat(records.incarnationSlot(record)).isEqualTo(model.slot);
            assertThat(records.createdAtMs(record)).isEqualTo(model.createdAtMs);
            assertThat(records.lastSeenMs(record)).isEqualTo(model.seenMs);
            assertThat(records.moves(record)).isEqualTo(model.moves);
            assertThat(records.lastUsedBy(record, model.user)).isTrue();
            assertThat(records.lastUsedBy(record, NODES[model.user.equals(NODES[0]) ? 1 : 0]))
                    .isFalse();
        }
    }
}
