// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.BY_TEST;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.GW_2;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.wire.RevisionDigest;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StartingConfigurationTest {

    private static final long START_MS = 1_700_000_000_000L;
    private static final GatewayModel ALL = revision(1).model();

    private final MemoryConfigStore store = new MemoryConfigStore();

    private ConfigRevision start(long nowMs, String digest, GatewayModel file) throws Exception {
        return new StartingConfiguration(store, GW_1, nowMs).decide(new AppliedFile(digest, file), true);
    }

    /** A change while the process that started with a revision runs. */
    private ConfigRevision change(ConfigRevision started, GatewayModel desired, long nowMs) throws Exception {
        ClusterView cluster = Samples.view(GW_1, started, () -> 0);
        new ConfigDesk(cluster, store, () -> nowMs).apply(desired, OptionalLong.empty(), false, BY_TEST);
        return cluster.revision();
    }

    @Test
    void aFirstStartTakesTheFileWithItsTimeAsNumber() throws Exception {
        assertThat(start(START_MS, "a", ALL)).isEqualTo(new ConfigRevision(START_MS, GW_1, ALL));
        assertThat(store.newest().orElseThrow().revision().number()).isEqualTo(START_MS);
        assertThat(store.newest().orElseThrow().entry().origin().act()).isEqualTo("configuration file");
    }

    @Test
    void aStartWithTheSameFileTakesWhatIsKeptWithItsNumber() throws Exception {
        ConfigRevision changed = change(start(START_MS, "a", ALL), without(SECOND), START_MS + 5);
        assertThat(changed.number()).isEqualTo(START_MS + 1);
        assertThat(start(START_MS + 60_000, "a", ALL)).isEqualTo(changed);
    }

    @Test
    void targetsThatDrainKeepTheirTimeAcrossAStart() throws Exception {
        change(start(START_MS, "a", ALL), without(SECOND), START_MS + 5);
        ConfigRevision again = start(START_MS + 60_000, "a", ALL);
        assertThat(again.model().targetGroups().getFirst().targets())
                .filteredOn(Target::draining)
                .extracting(Target::deregisteredAtMs)
                .containsExactly(START_MS + 5);
        ConfigDesk desk = new ConfigDesk(Samples.view(GW_1, again, () -> 0), store, () -> START_MS + 300_004);
        assertThat(desk.untilDrainedMs()).hasValue(1);
    }

    @Test
    void aFileThatChangedOnlyInItsBytesCountsAsTheSame() throws Exception {
        ConfigRevision changed = change(start(START_MS, "a", ALL), without(SECOND), START_MS + 5);
        assertThat(start(START_MS + 60_000, "b", ALL)).isEqualTo(changed);
        assertThat(store.appliedFile().orElseThrow().digest()).isEqualTo("b");
    }

    @Test
    void anotherFileIsAppliedLikeAnyDocumentAndCountsForTheCluster() throws Exception {
        start(START_MS, "a", ALL);
        ConfigRevision next = start(START_MS + 60_000, "b", without(SECOND));
        assertThat(next.number()).isEqualTo(START_MS + 60_000);
        assertThat(next.model().targetGroups().getFirst().targets())
                .filteredOn(Target::draining)
                .extracting(Target::id)
                .containsExactly(SECOND.id());
        assertThat(store.newest().orElseThrow().revision()).isEqualTo(next);
        assertThat(start(START_MS + 90_000, "b", without(SECOND))).isEqualTo(next);
    }

    @Test
    void numbersRiseEvenWhereTheClockWentBack() throws Exception {
        start(START_MS, "a", ALL);
        assertThat(start(START_MS - 60_000, "b", without(SECOND)).number()).isEqualTo(START_MS + 1);
    }

    @Test
    void aFileThatSaysWhatIsInForceMakesNoRevision() throws Exception {
        ConfigRevision changed = change(start(START_MS, "a", without(SECOND)), ALL, START_MS + 5);
        assertThat(start(START_MS + 60_000, "b", ALL)).isEqualTo(changed);
        assertThat(store.appliedFile().orElseThrow().digest()).isEqualTo("b");
    }

    @Test
    void aFileMayNotLeaveOutWhatIsProtected() throws Exception {
        LoadBalancer balancer = ALL.loadBalancers().getFirst();
        LoadBalancer guarded = new LoadBalancer(
                balancer.id(),
                balancer.zones(),
                balancer.listener(),
                balancer.crossZone(),
                balancer.ipAddressType(),
                true,
                balancer.packets());
        start(START_MS, "a", new GatewayModel(ALL.zones(), ALL.targetGroups(), List.of(guarded), ALL.endpoints()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> start(START_MS + 1, "b", GatewayModel.EMPTY))
                .withMessageContaining("inspection")
                .withMessageContaining("deletion-protection false before");
    }

    @Test
    void whatAnotherProcessMadeIsKeptOnceItCountsAndPublishedAfterAStart() throws Exception {
        ClusterView cluster = Samples.view(GW_1, start(START_MS, "a", ALL), () -> 0);
        ConfigDesk desk = new ConfigDesk(cluster, store, () -> START_MS);
        ConfigRevision other = RevisionDigest.child(cluster.revision(), START_MS + 7, GW_2, without(FIRST));
        desk.adopt(other);
        desk.adopt(other);
        assertThat(cluster.revision()).isEqualTo(other);
        assertThat(store.history(Long.MAX_VALUE, 10)).hasSize(2);
        assertThat(store.newest().orElseThrow().entry().origin().who()).isEqualTo("node:gw-2");
        ConfigRevision again = start(START_MS + 60_000, "a", ALL);
        assertThat(again).isEqualTo(other);
        ClusterView restarted = Samples.view(GW_1, again, () -> 0);
        ConfigDesk anew = new ConfigDesk(restarted, store, () -> START_MS);
        assertThat(anew.toPublish()).contains(other);
        anew.apply(ALL, OptionalLong.empty(), false, BY_TEST);
        assertThat(restarted.revision().author()).isEqualTo(GW_1);
        assertThat(restarted.revision().number()).isEqualTo(START_MS + 8);
    }
}
