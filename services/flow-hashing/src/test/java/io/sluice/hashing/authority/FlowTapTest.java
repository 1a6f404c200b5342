// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.FlowEventsWanted;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Events of a real authority. */
class FlowTapTest {

    private static final NodeId SELF = new NodeId("decisions");
    private static final NodeId INGRESS = new NodeId("gw-1");
    private static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    private static final TargetRef FIRST = new TargetRef(GROUP, new TargetId("10.1.0.11"), 1);
    private static final TargetRef SECOND = new TargetRef(GROUP, new TargetId("10.1.0.12"), 1);
    private static final long[] KEY = {
        7, 0, 0xAC10_0001L, 0, 0xAC10_0009L, FlowKey.traits(40_000, 443, 6, 4, Stickiness.FIVE_TUPLE)
    };

    private final FlowTap tap = new FlowTap(SELF);
    private TargetRef picked = FIRST;
    private long nowMs = 1_795_000_000_000L;
    private final LocalAuthority authority = new LocalAuthority(
            batch -> CompletableFuture.completedStage(
                    new TargetSelectedBatch(List.of(picked), new int[batch.flowCount()])),
            new FlowCookies(new byte[32]),
            () -> nowMs,
            100,
            tap,
            Set.of());

    private int ask(byte intent, int cookie) {
        return authority
                .open(new FlowOpenBatch(INGRESS, KEY, new byte[] {intent}, new int[] {cookie}))
                .toCompletableFuture()
                .join()
                .cookies()[0];
    }

    @Test
    void tellsAFlowsLifeWhileSomebodyListens() {
        tap.wanted(nowMs);
        int opened = ask(FlowOpenBatch.OPEN, 0);
        ask(FlowOpenBatch.OPEN, 0); // the record answers: nothing happened
        picked = SECOND;
        int moved = ask(FlowOpenBatch.MOVE, opened);
        authority.closed(
                new FlowClosedBatch(INGRESS, KEY, new int[] {moved}, new byte[] {(byte) FlowEnd.EVICTED.code()}));
        FlowKey key = FlowKey.copyOf(KEY, 0);
        assertThat(tap.take())
                .contains(new FlowEvents(
                        SELF,
                        0,
                        List.of(
                                event(FlowEvents.Change.OPENED, FlowEnd.IDLE, key, FIRST, opened),
                                event(FlowEvents.Change.MOVED, FlowEnd.IDLE, key, SECOND, moved),
                                event(FlowEvents.Change.CLOSED, FlowEnd.EVICTED, key, SECOND, moved))));
        assertThat(tap.take()).isEmpty();
    }

    private FlowEvents.Event event(FlowEvents.Change change, FlowEnd end, FlowKey key, TargetRef target, int cookie) {
        return new FlowEvents.Event(nowMs, INGRESS, change, end, key, target, cookie);
    }

    @Test
    void gathersNothingWhileNobodyListensOrNoLonger() {
        int cookie = ask(FlowOpenBatch.OPEN, 0);
        assertThat(tap.take()).isEmpty();
        tap.wanted(nowMs);
        nowMs += FlowEventsWanted.VALID_MS;
        authority.closed(new FlowClosedBatch(INGRESS, KEY, new int[] {cookie}));
        assertThat(authority.records()).as("it ended").isZero();
        assertThat(tap.take()).isEmpty();
    }

    @Test
    void countsWhatComesTooFast() {
        tap.wanted(nowMs);
        for (int i = 0; i < FlowEvents.EVENTS_MAX + 5; i++) {
            tap.changed(FlowEvents.Change.OPENED, FlowEnd.IDLE, KEY, 0, FIRST, i, INGRESS, nowMs);
        }
        assertThat(tap.take().orElseThrow().lost()).isEqualTo(5);
        tap.changed(FlowEvents.Change.OPENED, FlowEnd.IDLE, KEY, 0, FIRST, 1, INGRESS, nowMs);
        assertThat(tap.take().orElseThrow().lost()).isZero();
    }

    /** A question changes nothing: not who used the record last, so the ingress's word that the flow ended counts. */
    @Test
    void aQuestionForARecordLeavesItAsItIs() {
        int cookie = ask(FlowOpenBatch.OPEN, 0);
        FlowKey key = FlowKey.copyOf(KEY, 0);
        FlowOpenedBatch answer = authority.record(key);
        assertThat(answer.cookies()).containsExactly(cookie);
        assertThat(answer.targets()).containsExactly(FIRST);
        authority.closed(new FlowClosedBatch(INGRESS, KEY, new int[] {cookie}));
        assertThat(authority.record(key).outcomes()).containsExactly(FlowOpenedBatch.NO_FLOW);
        assertThat(authority.records()).isZero();
    }
}
