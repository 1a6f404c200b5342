// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.trace;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.ENDPOINT;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Vni;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.probing.HealthView;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows of existing flows (sheet 4.2 to 4.4), one group of two targets in one zone. */
class VerdictTest {

    private static final long NOW_MS = 1_000_000;
    private static final long HASH = 42;
    private static final FailurePolicy STAYS = policy(TargetFailover.NO_REBALANCE, false, FailOpen.FORWARD);
    private static final FailurePolicy MOVES = policy(TargetFailover.REBALANCE, false, FailOpen.FORWARD);
    private static final FailurePolicy RESETS = policy(TargetFailover.NO_REBALANCE, true, FailOpen.FORWARD);

    private static FailurePolicy policy(TargetFailover failover, boolean resets, FailOpen failOpen) {
        return new FailurePolicy(failover, 300_000, resets, resets, failOpen);
    }

    private static TargetSetSnapshot snapshot(FailurePolicy policy, HealthState first, HealthState second) {
        return snapshot(policy, first, second, List.of(target(FIRST), target(SECOND)));
    }

    private static Target target(TargetRef ref) {
        return new Target(
                ref.id(), Ipv4Address.parse(ref.id().value()), Target.GENEVE_PORT, AZ1, 1, ref.registration());
    }

    private static TargetSetSnapshot snapshot(
            FailurePolicy policy, HealthState first, HealthState second, List<Target> targets) {
        TargetGroup group = new TargetGroup(
                GROUP,
                HealthCheckSpec.DEFAULT,
                Stickiness.FIVE_TUPLE,
                policy,
                DataPathProbe.DEFAULT,
                PassiveDetection.DEFAULT,
                0,
                true,
                targets);
        LoadBalancerId balancer = new LoadBalancerId("inspection");
        GatewayModel model = new GatewayModel(
                List.of(AZ1),
                List.of(group),
                List.of(new LoadBalancer(balancer, List.of(AZ1), new Listener(GROUP, 350_000))),
                List.of(new Endpoint(
                        ENDPOINT, new Vni(100), AZ1, balancer, List.of(Ipv4SocketAddress.parse("10.0.0.2:6080")))));
        HealthView view = HealthView.EMPTY.with(
                new HealthChanged(GW_1, 1, 1, List.of(says(FIRST, first), says(SECOND, second))), NOW_MS);
        return TargetSetSnapshot.of(new ConfigRevision(1, GW_1, model), view, NOW_MS);
    }

    private static TargetHealth says(TargetRef target, HealthState state) {
        return new TargetHealth(
                target,
                AZ1,
                state,
                state == HealthState.HEALTHY ? HealthReason.NONE : HealthReason.FAILED_HEALTH_CHECKS,
                1);
    }

    private static Verdict verdict(TargetSetSnapshot snapshot, Pinned... remembered) {
        return Verdict.of(
                snapshot,
                ENDPOINT.value(),
                snapshot.explain(ENDPOINT.value(), HASH),
                HASH,
                new ArrayList<>(List.of(remembered)));
    }

    private static Pinned pinned(Pinned.Kind kind, TargetRef target, boolean closed) {
        return new Pinned(kind, GW_1, target, 7, closed ? "closed" : "established", closed, false, 1);
    }

    private static Pinned entry(TargetRef target) {
        return pinned(Pinned.Kind.ENTRY, target, false);
    }

    private static void says(Verdict verdict, Verdict.From from, String row) {
        assertThat(verdict.from()).as("%s", verdict).isEqualTo(from);
        assertThat(verdict.row()).as("%s", verdict).isEqualTo(row);
    }

    @Test
    void anEntryOfAnUnhealthyTargetMovesWhereTheGroupRebalances() {
        Verdict verdict = verdict(snapshot(MOVES, HealthState.UNHEALTHY, HealthState.HEALTHY), entry(FIRST));
        says(verdict, Verdict.From.MOVE, "T5");
        assertThat(verdict.target()).isEqualTo(SECOND);
    }

    @Test
    void anEntryOfATargetThatIsGoneMovesWhereTheGroupRebalances() {
        TargetSetSnapshot snapshot = snapshot(MOVES, HealthState.HEALTHY, HealthState.HEALTHY, List.of(target(SECOND)));
        Verdict verdict = verdict(snapshot, entry(FIRST));
        says(verdict, Verdict.From.MOVE, "T6");
        assertThat(verdict.target()).isEqualTo(SECOND);
    }

    @Test
    void anEntryStaysWhereNoTargetIsHealthy() {
        Verdict verdict = verdict(snapshot(MOVES, HealthState.UNHEALTHY, HealthState.UNHEALTHY), entry(FIRST));
        says(verdict, Verdict.From.ENTRY, "T10");
        assertThat(verdict.target()).isEqualTo(FIRST);
    }

    @Test
    void anEntryOfATargetThatIsGoneStaysWhereTheGroupDoesNotRebalance() {
        Verdict verdict = verdict(
                snapshot(STAYS, HealthState.HEALTHY, HealthState.HEALTHY, List.of(target(SECOND))), entry(FIRST));
        says(verdict, Verdict.From.ENTRY, "T7");
        assertThat(verdict.target()).isEqualTo(FIRST);
    }

    @Test
    void anEntryOfAnUnhealthyTargetStaysWhereTheGroupDoesNotRebalance() {
        Verdict verdict = verdict(snapshot(STAYS, HealthState.UNHEALTHY, HealthState.HEALTHY), entry(FIRST));
        says(verdict, Verdict.From.ENTRY, "T1a");
        assertThat(verdict.target()).isEqualTo(FIRST);
    }

    @Test
    void anEntryOfAnUnhealthyTargetIsResetWhereTheGroupResets() {
        Verdict verdict = verdict(snapshot(RESETS, HealthState.UNHEALTHY, HealthState.HEALTHY), entry(FIRST));
        says(verdict, Verdict.From.RESET, "T14");
        assertThat(verdict.target()).isNull();
    }

    @Test
    void anEntryOfADrainingTargetStaysAndNoNewFlowGoesThere() {
        TargetSetSnapshot snapshot = snapshot(
                MOVES,
                HealthState.HEALTHY,
                HealthState.HEALTHY,
                List.of(target(FIRST).deregistered(NOW_MS - 1), target(SECOND)));
        says(verdict(snapshot, entry(FIRST)), Verdict.From.ENTRY, "T18");
        assertThat(verdict(snapshot).target()).isEqualTo(SECOND);
    }

    @Test
    void anEntryOfATargetThatWasRegisteredAgainStays() {
        TargetRef before = new TargetRef(GROUP, new TargetId("10.1.0.11"), 0);
        says(
                verdict(snapshot(STAYS, HealthState.HEALTHY, HealthState.HEALTHY), entry(before)),
                Verdict.From.ENTRY,
                "T20");
    }

    @Test
    void aClosedEntryIsOverAndTheNextSynOpensAFlow() {
        Verdict verdict = verdict(
                snapshot(STAYS, HealthState.UNHEALTHY, HealthState.HEALTHY),
                pinned(Pinned.Kind.ENTRY, FIRST, true),
                pinned(Pinned.Kind.RECORD, FIRST, false));
        says(verdict, Verdict.From.PICK, "T1a");
        assertThat(verdict.target()).isEqualTo(SECOND);
    }

    /** Who finds a record installs it and sends; only the next packet is looked at. */
    @Test
    void aRecordGetsThePacketThatFindsIt() {
        Verdict verdict = verdict(
                snapshot(MOVES, HealthState.UNHEALTHY, HealthState.HEALTHY), pinned(Pinned.Kind.RECORD, FIRST, false));
        assertThat(verdict.from()).isEqualTo(Verdict.From.RECORD);
        assertThat(verdict.target()).isEqualTo(FIRST);
    }

    @Test
    void anEntryThatBypassesEndsWhereTheGroupDoesSoNoLonger() {
        Verdict verdict =
                verdict(snapshot(STAYS, HealthState.UNHEALTHY, HealthState.HEALTHY), entry(TargetRef.bypass(GROUP)));
        says(verdict, Verdict.From.PICK, "T1a");
    }
}
