// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.BY_TEST;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.SECOND;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.core.ConfigChange;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigHistoryTest {

    private static final long NOW_MS = 1_700_000_000_000L;
    private static final GatewayModel ALL = revision(1).model();

    private final MemoryConfigStore store = new MemoryConfigStore();
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final ConfigDesk desk = new ConfigDesk(cluster, store, () -> NOW_MS);
    private final ConfigHistory history = new ConfigHistory(store, desk);

    @BeforeEach
    void begin() {
        store.append(revision(1), AuditEntry.ofRevision(1, new ChangeOrigin("node:gw-1", "file"), 1, List.of()), null);
    }

    private void put(GatewayModel desired) throws Exception {
        desk.apply(desired, OptionalLong.empty(), false, BY_TEST);
    }

    @Test
    void saysWhoMadeWhichRevisionAndWhatItChanged() throws Exception {
        put(without(SECOND));
        assertThat(history.history(Long.MAX_VALUE, 10))
                .extracting(AuditEntry::revision)
                .containsExactly(2L, 1L);
        AuditEntry made = history.history(Long.MAX_VALUE, 1).getFirst();
        assertThat(made.origin()).isEqualTo(BY_TEST);
        assertThat(made.timeMs()).isEqualTo(NOW_MS);
        assertThat(made.changes())
                .containsExactly(
                        new ConfigChange(ConfigChange.Action.REMOVE, "target", "firewalls/10.1.0.12", "", "", ""));
        assertThat(history.history(1, 10)).hasSize(1);
        assertThat(history.revision(1).orElseThrow().revision()).isEqualTo(revision(1));
        assertThat(history.revision(3)).isEmpty();
    }

    @Test
    void rollingBackIsANewRevisionWithTheOldContent() throws Exception {
        put(without(SECOND));
        put(GatewayModel.EMPTY);
        assertThat(history.rollback(1, OptionalLong.empty(), false, "ci"))
                .hasValueSatisfying(outcome -> assertThat(outcome).isInstanceOf(ConfigDesk.Done.class));
        assertThat(cluster.revision().number()).isEqualTo(4);
        assertThat(cluster.revision().model().loadBalancers()).isEqualTo(ALL.loadBalancers());
        assertThat(history.history(Long.MAX_VALUE, 1).getFirst().origin())
                .isEqualTo(new ChangeOrigin("ci", "rollback to 1"));
    }

    @Test
    void rollingBackDoesNotBringBackWhatDrainedThen() throws Exception {
        put(without(SECOND));
        assertThat(cluster.revision().model().targetGroups().getFirst().targets())
                .anyMatch(Target::draining);
        put(GatewayModel.EMPTY);
        history.rollback(2, OptionalLong.empty(), false, "ci");
        assertThat(cluster.revision().model().targetGroups().getFirst().targets())
                .extracting(Target::id)
                .doesNotContain(SECOND.id());
    }

    @Test
    void rollingBackPassesTheSameChecks() throws Exception {
        put(GatewayModel.EMPTY);
        LoadBalancer balancer = ALL.loadBalancers().getFirst();
        put(new GatewayModel(
                ALL.zones(),
                ALL.targetGroups(),
                List.of(new LoadBalancer(
                        balancer.id(),
                        balancer.zones(),
                        balancer.listener(),
                        balancer.crossZone(),
                        balancer.ipAddressType(),
                        true,
                        balancer.packets())),
                ALL.endpoints()));
        assertThat(history.rollback(2, OptionalLong.empty(), false, "ci"))
                .contains(new ConfigDesk.Protected(List.of(balancer.id())));
        assertThat(history.rollback(1, OptionalLong.of(1), false, "ci")).contains(new ConfigDesk.Outdated(3));
        assertThat(history.rollback(1, OptionalLong.empty(), true, "ci")).isPresent();
        assertThat(cluster.revision().number()).isEqualTo(3);
        assertThat(history.rollback(99, OptionalLong.empty(), false, "ci")).isEmpty();
    }

    @Test
    void whatCannotBeKeptIsNotInForce() {
        ConfigDesk broken = new ConfigDesk(cluster, new BrokenStore(), () -> NOW_MS);
        assertThatExceptionOfType(StoreUnavailable.class)
                .isThrownBy(() -> broken.apply(without(SECOND), OptionalLong.empty(), false, BY_TEST));
        assertThat(cluster.revision()).isEqualTo(revision(1));
        assertThat(broken.toPublish()).contains(revision(1));
    }

    @Test
    void theRevisionThatDrainingMakesIsKeptToo() throws Exception {
        put(without(SECOND));
        ConfigDesk later = new ConfigDesk(cluster, store, () -> NOW_MS + 300_000);
        assertThat(later.removeDrained()).isTrue();
        AuditEntry made = history.history(Long.MAX_VALUE, 1).getFirst();
        assertThat(made.origin()).isEqualTo(new ChangeOrigin("node:" + GW_1.value(), "drained"));
        assertThat(made.changes()).extracting(ConfigChange::id).containsExactly("firewalls/10.1.0.12");
        assertThat(store.newest().orElseThrow().revision()).isEqualTo(cluster.revision());
    }
}
