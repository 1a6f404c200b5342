// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import static io.sluice.health.core.ProbingZone.INTERVAL_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.probing.HealthView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several probers of a zone share its targets, on one clock: who probes what, and that nobody sees it change. */
class SharedChecksTest {

    private static final List<NodeId> NODES =
            IntStream.range(0, 5).mapToObj(i -> new NodeId("gw-" + i)).toList();
    private static final int TARGETS = 40;

    /** Two probes, and one for the first to begin. */
    private static final long VERDICT_MS = 3 * INTERVAL_MS;

    /** H-5: two intervals and a timeout, and a second. */
    private static final long NOTICED_MS = 2 * INTERVAL_MS + 2_000 + 1_000;

    private static final Consumer<ProbingZone> STAYS_HEALTHY = zone -> {
        for (TargetRef target : zone.targets()) {
            assertThat(zone.state(target))
                    .as("%s after %d ms", target, zone.nowMs() - ProbingZone.START_MS)
                    .isEqualTo(HealthState.HEALTHY);
        }
    };

    private static ProbingZone settled(int probers, int nodes) {
        ProbingZone zone = new ProbingZone(probers, TARGETS);
        NODES.subList(0, nodes).forEach(zone::start);
        zone.pass(VERDICT_MS);
        assertThat(zone.allAre(HealthState.HEALTHY)).isTrue();
        zone.probed();
        return zone;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void h2ATargetIsProbedByAsManyNodesAsConfigured(int probers) {
        ProbingZone zone = settled(probers, 5);
        zone.pass(4 * INTERVAL_MS, STAYS_HEALTHY);

        Map<TargetRef, Set<NodeId>> probed = zone.probed();
        assertThat(probed).hasSize(TARGETS);
        assertThat(probed.values()).allSatisfy(by -> assertThat(by).hasSize(probers));
        assertThat(NODES.stream().mapToInt(zone::share).sum()).isEqualTo(TARGETS * probers);
    }

    @Test
    void h2AllProbeWhereThereAreFewerThanConfigured() {
        ProbingZone zone = settled(3, 2);
        zone.pass(2 * INTERVAL_MS);

        assertThat(zone.probed().values())
                .allSatisfy(by -> assertThat(by).containsExactlyInAnyOrderElementsOf(NODES.subList(0, 2)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void h2WhenAProberDiesOthersTakeItsTargetsAndNoneChangesItsState(int probers) {
        ProbingZone zone = settled(probers, 5);
        zone.kill(NODES.get(2));
        zone.pass(HealthView.SILENT_AFTER_MS + VERDICT_MS, STAYS_HEALTHY);
        zone.probed();
        zone.pass(2 * INTERVAL_MS, STAYS_HEALTHY);

        assertThat(zone.probed().values())
                .hasSize(TARGETS)
                .allSatisfy(by -> assertThat(by).hasSize(probers).doesNotContain(NODES.get(2)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void h2ATargetThatDiesWithItsProbersIsNoticed(int probers) {
        ProbingZone zone = settled(probers, 5);
        TargetRef target = zone.targets().getFirst();
        zone.pass(INTERVAL_MS);
        Set<NodeId> its = zone.probed().get(target);
        its.forEach(zone::kill);
        zone.fail(target, new ProbeResult.TimedOut());
        zone.pass(HealthView.SILENT_AFTER_MS + NOTICED_MS);

        assertThat(zone.state(target)).isEqualTo(HealthState.UNHEALTHY);
        assertThat(zone.seen(target).reason()).isEqualTo(HealthReason.TIMEOUT);
        assertThat(zone.targets().subList(1, TARGETS))
                .allSatisfy(other -> assertThat(zone.state(other)).isEqualTo(HealthState.HEALTHY));
    }

    @Test
    void h5ATargetThatDiesWhileItsSeatsChangeIsNoticedInTime() {
        ProbingZone zone = settled(1, 2);
        zone.targets().forEach(target -> zone.fail(target, new ProbeResult.ConnectFailed("refused")));
        zone.start(NODES.get(3));
        zone.start(NODES.get(4));
        zone.pass(NOTICED_MS);

        assertThat(zone.allAre(HealthState.UNHEALTHY)).isTrue();
    }

    @Test
    void whoLeavesIsReplacedAtOnce() {
        ProbingZone zone = settled(1, 3);
        zone.stop(NODES.get(0));
        zone.pass(INTERVAL_MS, STAYS_HEALTHY);

        assertThat(zone.probed()).hasSize(TARGETS);
        zone.pass(VERDICT_MS, STAYS_HEALTHY);
    }

    @Test
    void whoJoinsTakesItsShareAndNobodySeesIt() {
        ProbingZone zone = settled(2, 3);
        zone.start(NODES.get(3));
        zone.pass(2 * VERDICT_MS, STAYS_HEALTHY);
        zone.probed();
        zone.pass(2 * INTERVAL_MS, STAYS_HEALTHY);

        assertThat(zone.probed().values()).allSatisfy(by -> assertThat(by).hasSize(2));
        assertThat(zone.share(NODES.get(3))).isBetween(TARGETS * 2 / 4 / 2, TARGETS * 2 / 4 * 2);
    }

    /** The other one may believe what the node said in its former boot, and leave the target to nobody. */
    @Test
    void whoStandsInForARestartedOneProbesOnUntilThatHasFoundTheTargetInThisBoot() {
        ProbingZone zone = settled(1, 2);
        zone.kill(NODES.get(0));
        zone.pass(HealthView.SILENT_AFTER_MS + VERDICT_MS, STAYS_HEALTHY);
        assertThat(zone.share(NODES.get(1))).isEqualTo(TARGETS);

        zone.start(NODES.get(0));
        zone.pass(
                VERDICT_MS,
                STAYS_HEALTHY.andThen(all -> all.targets()
                        .forEach(target -> assertThat(List.of(
                                        all.word(NODES.get(0), target).state(),
                                        all.word(NODES.get(1), target).state()))
                                .as("somebody has found %s", target)
                                .contains(HealthState.HEALTHY))));
        assertThat(zone.share(NODES.get(0)) + zone.share(NODES.get(1))).isEqualTo(TARGETS);
        assertThat(zone.share(NODES.get(0))).isPositive();
    }

    @Test
    void aQuickRestartChangesNoState() {
        for (int probers = 1; probers <= 2; probers++) {
            ProbingZone zone = settled(probers, 3);
            zone.kill(NODES.get(1));
            zone.pass(1_000, STAYS_HEALTHY);
            zone.start(NODES.get(1));
            zone.pass(2 * VERDICT_MS, STAYS_HEALTHY);
        }
    }

    @Test
    void anUnhealthyTargetStaysSoForItsReasonWhileItIsTakenOver() {
        ProbingZone zone = settled(1, 3);
        zone.targets().forEach(target -> zone.fail(target, new ProbeResult.BadStatus(503)));
        zone.pass(NOTICED_MS);
        zone.kill(NODES.get(0));
        zone.pass(HealthView.SILENT_AFTER_MS);
        zone.targets().forEach(zone::recover);
        zone.pass(
                INTERVAL_MS,
                all -> all.targets().forEach(target -> {
                    if (all.state(target) == HealthState.UNHEALTHY) {
                        assertThat(all.seen(target).reason()).isEqualTo(HealthReason.RESPONSE_CODE_MISMATCH);
                    }
                }));
        zone.pass(VERDICT_MS);

        assertThat(zone.allAre(HealthState.HEALTHY)).isTrue();
    }

    /** Who takes a target over hears from codecs that its path fails, and from nobody how its probes go. */
    @Test
    void whoLosesATargetThatIsHeldProbesOnUntilTheHoldHasEnded() {
        ProbingZone zone = settled(1, 1);
        zone.observe(DataPathVerdict.State.FAILING);
        zone.start(NODES.get(1));
        zone.observe(DataPathVerdict.State.FAILING);
        zone.pass(1_000, all -> assertThat(all.allAre(HealthState.UNHEALTHY)).isTrue());
        zone.observe(DataPathVerdict.State.PASSING);
        zone.pass(2 * VERDICT_MS, STAYS_HEALTHY);

        assertThat(zone.share(NODES.get(0)) + zone.share(NODES.get(1))).isEqualTo(TARGETS);
        assertThat(zone.share(NODES.get(1))).isPositive();
    }

    /** The dead one's word is about the registration before; it is taken for alive while the target drains. */
    @Test
    void t20ATargetThatIsRegisteredAgainIsInitialWhateverOneCalledItThatHasDied() {
        ProbingZone zone = settled(1, 2);
        zone.kill(NODES.get(0));
        zone.drain();
        zone.pass(3_000);
        zone.registerAgain();
        zone.pass(
                INTERVAL_MS,
                all -> assertThat(all.targets())
                        .filteredOn(target -> all.word(NODES.get(1), target).state() != HealthState.HEALTHY)
                        .as("not found %d ms after the start", all.nowMs() - ProbingZone.START_MS)
                        .isNotEmpty()
                        .allSatisfy(target -> assertThat(all.state(target)).isEqualTo(HealthState.INITIAL)));
        zone.pass(HealthView.SILENT_AFTER_MS + VERDICT_MS);

        assertThat(zone.allAre(HealthState.HEALTHY)).isTrue();
    }

    /** What was taken over is told, not only what was found. */
    @Test
    void whoComesWhileATargetIsTakenOverLearnsOfIt() {
        ProbingZone zone = settled(1, 2);
        zone.kill(NODES.get(0));
        zone.pass(HealthView.SILENT_AFTER_MS + 500);

        assertThat(zone.targets())
                .allSatisfy(target -> assertThat(zone.seenByANewcomer(target)).isEqualTo(HealthState.HEALTHY));
        assertThat(zone.targets())
                .as("but it does not pass for the prober's own")
                .anySatisfy(target ->
                        assertThat(zone.word(NODES.get(1), target).state()).isEqualTo(HealthState.INITIAL));
    }

    @Test
    void aProberAloneBeginsWithInitialTargets() {
        ProbingZone zone = new ProbingZone(3, 2);
        zone.start(NODES.getFirst());
        assertThat(zone.allAre(HealthState.INITIAL)).isTrue();
        assertThat(zone.seen(zone.targets().getFirst()).reason()).isEqualTo(HealthReason.REGISTRATION_IN_PROGRESS);
        zone.pass(INTERVAL_MS + 1_000);
        assertThat(zone.allAre(HealthState.HEALTHY)).isTrue();
    }
}
