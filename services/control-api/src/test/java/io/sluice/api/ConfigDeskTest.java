// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConfigDeskTest {

    private static final long START_MS = 1_700_000_000_000L;

    private final AtomicLong clockMs = new AtomicLong(START_MS);
    private final ClusterView cluster = Samples.view(revision(START_MS), () -> 0);
    private final ConfigDesk desk = new ConfigDesk(cluster, clockMs::get);

    private ConfigDesk.Outcome put(GatewayModel desired) throws Exception {
        return desk.apply(desired, OptionalLong.empty(), false, Samples.BY_TEST);
    }

    @Test
    void numbersItsRevisionsFromTheTimeItsProcessStarted() throws Exception {
        assertThat(desk.own()).contains(revision(START_MS));
        assertThat(put(without(SECOND))).isInstanceOf(ConfigDesk.Done.class);
        assertThat(cluster.revision().number()).isEqualTo(START_MS + 1);
        assertThat(desk.own()).contains(cluster.revision());
    }

    @Test
    void changesNothingInADryRun() throws Exception {
        ConfigDesk.Done plan =
                (ConfigDesk.Done) desk.apply(without(SECOND), OptionalLong.empty(), true, Samples.BY_TEST);
        assertThat(plan.changes()).hasSize(1);
        assertThat(cluster.revision()).isEqualTo(revision(START_MS));
    }

    @Test
    void makesNoRevisionOfWhatIsInForceAlready() throws Exception {
        assertThat(put(revision(1).model())).isEqualTo(new ConfigDesk.Done(revision(START_MS), List.of()));
        put(without(SECOND));
        assertThat(put(without(SECOND))).isEqualTo(new ConfigDesk.Done(cluster.revision(), List.of()));
    }

    @Test
    void replacesOnlyTheRevisionThatWasMeant() throws Exception {
        OptionalLong first = OptionalLong.of(START_MS);
        assertThat(desk.apply(without(SECOND), first, false, Samples.BY_TEST)).isInstanceOf(ConfigDesk.Done.class);
        assertThat(desk.apply(GatewayModel.EMPTY, first, false, Samples.BY_TEST))
                .isEqualTo(new ConfigDesk.Outdated(START_MS + 1));
        assertThat(cluster.revision().number()).isEqualTo(START_MS + 1);
    }

    @Test
    void aReplacementThatStartedLaterCountsWhateverItsNodeIsCalled() throws Exception {
        ConfigRevision old = revision(START_MS, GW_2);
        ConfigRevision replacement = new ConfigRevision(START_MS + 60_000, GW_1, without(SECOND));
        assertThat(GW_1.compareTo(GW_2)).isNegative();
        ClusterView elsewhere = Samples.view(old, () -> 0);
        Samples.hear(elsewhere, replacement);
        assertThat(elsewhere.revision()).isEqualTo(replacement);
        Samples.hear(elsewhere, old);
        assertThat(elsewhere.revision()).isEqualTo(replacement);
    }

    @Test
    void anOldRevisionEchoedToItsRestartedAuthorChangesNothing() throws Exception {
        for (long number : new long[] {1, START_MS - 1, START_MS, START_MS + 1_000}) {
            Samples.hear(cluster, new ConfigRevision(number, GW_1, GatewayModel.EMPTY));
            assertThat(cluster.revision()).as("number %d", number).isEqualTo(revision(START_MS));
            assertThat(desk.own()).contains(revision(START_MS));
        }
    }

    @Test
    void doesNotCallAnotherProcessesRevisionItsOwnButBuildsOnIt() throws Exception {
        Samples.hear(cluster, new ConfigRevision(START_MS + 5, GW_2, without(SECOND)));
        assertThat(desk.own()).isEmpty();
        put(revision(1).model());
        assertThat(desk.own()).hasValueSatisfying(own -> {
            assertThat(own.number()).isEqualTo(START_MS + 6);
            assertThat(own.author()).isEqualTo(GW_1);
        });
    }

    @Test
    void t17TheAuthorEndsDrainingInTimeAndOthersStepInLater() throws Exception {
        put(without(SECOND));
        assertThat(desk.untilDrainedMs()).hasValue(300_000);
        Samples.hear(
                cluster,
                new ConfigRevision(START_MS + 2, GW_2, cluster.revision().model()));
        clockMs.addAndGet(300_000);
        assertThat(desk.removeDrained()).as("the author's turn").isFalse();
        assertThat(desk.untilDrainedMs()).hasValue(ConfigDesk.GRACE_MS);
        clockMs.addAndGet(ConfigDesk.GRACE_MS);
        assertThat(desk.removeDrained()).isTrue();
        assertThat(cluster.snapshot().targetCount()).isEqualTo(1);
        assertThat(desk.untilDrainedMs()).isEmpty();
        assertThat(desk.removeDrained()).isFalse();
    }
}
