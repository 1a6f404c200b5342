// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.core.Leases;
import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Target;
import io.sluice.model.id.TargetRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Leases on a clock of the test: no revision is lost, and nobody is deregistered for what the gateway did not do. */
class LeaseDeskTest {

    private static final Leases.Holder WHO = holder(FIRST);

    private final AtomicLong clockMs = new AtomicLong(1_700_000_000_000L);
    private final ClusterView cluster = Samples.view(Samples.revision(1), clockMs::get);
    private final Remembered remembered = new Remembered();
    private final Disk disk = new Disk();
    private final ConfigDesk desk = new ConfigDesk(cluster, disk, clockMs::get);
    private LeaseDesk leases;

    /** What a restarted process would know of leases. */
    private static final class Remembered implements LeaseStore {
        private Map<Leases.Holder, Long> durationsMs = new HashMap<>();

        @Override
        public Map<Leases.Holder, Long> read() {
            return durationsMs;
        }

        @Override
        public void write(Map<Leases.Holder, Long> written) {
            durationsMs = new HashMap<>(written);
        }
    }

    /** Notes what is remembered of leases at the moment a revision reaches the disk, or fails to. */
    private final class Disk extends DelegatingStore {
        private final List<Map<Leases.Holder, Long>> rememberedThen = new ArrayList<>();
        private boolean full;
        private Runnable meanwhile = () -> {};

        @Override
        public void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile file)
                throws StoreUnavailable {
            rememberedThen.add(remembered.read());
            meanwhile.run();
            if (full) {
                throw new StoreUnavailable("the disk is full: free some space");
            }
            super.append(revision, entry, file);
        }
    }

    private static Leases.Holder holder(TargetRef target) {
        return new Leases.Holder(GROUP, target.id());
    }

    @BeforeEach
    void open() {
        leases = new LeaseDesk(desk, cluster, remembered, clockMs::get);
    }

    private boolean pass(long ms) throws StoreUnavailable {
        boolean ended = false;
        for (long leftMs = ms; leftMs > 0; leftMs -= LeaseDesk.PACE_MS) {
            clockMs.addAndGet(Math.min(leftMs, LeaseDesk.PACE_MS));
            ended |= leases.endOverdue();
        }
        return ended;
    }

    private boolean isRegistered(TargetRef target) {
        return cluster.revision().model().targetGroup(GROUP).orElseThrow().targets().stream()
                .filter(known -> !known.draining())
                .map(Target::id)
                .anyMatch(target.id()::equals);
    }

    @Test
    void t17AnEndedLeaseIsForgottenOnlyOnceTheRevisionIsOnDisk() throws Exception {
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(5_000)).isTrue();
        assertThat(isRegistered(FIRST)).isFalse();
        assertThat(isRegistered(SECOND)).isTrue();
        assertThat(disk.rememberedThen).containsExactly(Map.of(WHO, 5_000L));
        assertThat(remembered.read()).isEmpty();
    }

    @Test
    void aStandstillOfTheNodeEndsNoLease() throws Exception {
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(4_000)).isFalse();
        clockMs.addAndGet(3_600_000);
        assertThat(leases.endOverdue()).isFalse();
        assertThat(pass(500)).isFalse();
        assertThat(isRegistered(FIRST)).isTrue();
        assertThat(pass(250)).as("what was left of it").isTrue();
    }

    @Test
    void aRenewalCountsFromWhenItsRequestCameHoweverLongItWaits() throws Exception {
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(4_750)).isFalse();
        leases.asked(WHO);
        assertThat(pass(4_750)).isFalse();
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(4_750)).isFalse();
        assertThat(pass(250)).isTrue();
    }

    @Test
    void whoIsForgottenIsRememberedUntilTheChangeIsOnDisk() throws Exception {
        leases.grant(WHO, 5_000).kept();
        LeaseDesk.Pending pending = leases.forget(WHO);
        assertThat(leases.of(WHO)).isEmpty();
        leases.grant(holder(SECOND), 6_000).kept();
        assertThat(remembered.read()).containsOnlyKeys(WHO, holder(SECOND));
        pending.kept();
        assertThat(remembered.read()).containsOnlyKeys(holder(SECOND));
    }

    @Test
    void anUndoneChangeRestoresWhatCountedBeforeUnlessSomethingElseDoes() {
        leases.grant(WHO, 5_000).kept();
        LeaseDesk.Pending longer = leases.grant(WHO, 60_000);
        longer.undone();
        assertThat(leases.of(WHO)).contains(new Leases.Lease(5_000, clockMs.get() + 5_000));
        LeaseDesk.Pending longest = leases.grant(WHO, 70_000);
        leases.forget(WHO).kept();
        longest.undone();
        assertThat(leases.of(WHO)).as("forgotten meanwhile").isEmpty();
        LeaseDesk.Pending none = leases.forget(WHO);
        leases.grant(WHO, 8_000).kept();
        none.undone();
        assertThat(leases.of(WHO).map(Leases.Lease::durationMs))
                .as("granted meanwhile")
                .contains(8_000L);
    }

    @Test
    void whereTheEndCannotBeKeptEverybodyGetsAFullLease() throws Exception {
        leases.grant(WHO, 5_000).kept();
        disk.full = true;
        assertThat(pass(4_750)).isFalse();
        assertThatExceptionOfType(StoreUnavailable.class).isThrownBy(() -> pass(250));
        disk.full = false;
        assertThat(pass(4_750)).isFalse();
        assertThat(pass(250)).isTrue();
    }

    @Test
    void aLeaseForgottenWhileItsEndCannotBeKeptStaysForgotten() throws Exception {
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(4_750)).isFalse();
        disk.full = true;
        disk.meanwhile = () -> leases.forget(WHO).kept();
        assertThatExceptionOfType(StoreUnavailable.class).isThrownBy(() -> pass(250));
        assertThat(leases.of(WHO)).isEmpty();
    }

    @Test
    void whoIsRegisteredNoMoreHasNoLease() throws Exception {
        leases.grant(WHO, 3_600_000).kept();
        desk.apply(Samples.without(FIRST), OptionalLong.empty(), false, Samples.BY_TEST);
        assertThat(leases.endOverdue()).isFalse();
        assertThat(leases.of(WHO)).isEmpty();
        assertThat(remembered.read()).isEmpty();
    }
}
