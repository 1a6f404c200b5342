// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GROUP;
import static io.sluice.api.Samples.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.api.agree.Agreement;
import io.sluice.api.core.Leases;
import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.LeaseKept;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Leases on a clock of the test: no revision is lost, and nobody is deregistered for what the gateway did not do. */
class LeaseDeskTest {

    private static final Leases.Holder WHO = holder(FIRST);

    private final AtomicLong clockMs = new AtomicLong(1_700_000_000_000L);
    private final ClusterView cluster = Samples.view(Samples.revision(1), clockMs::get);
    private final Remembered remembered = new Remembered();
    private final Disk disk = new Disk();
    private final ConfigDesk desk = new ConfigDesk(cluster, disk, clockMs::get);
    private final List<Long> told = new ArrayList<>();
    private LeaseDesk leases;

    /** What a restarted process would know of leases. */
    private static final class Remembered implements LeaseStore {
        private Map<Leases.Holder, Long> durationsMs = new HashMap<>();
        private int writes;
        private boolean full;

        @Override
        public Map<Leases.Holder, Long> read() {
            return durationsMs;
        }

        @Override
        public void write(Map<Leases.Holder, Long> written, Set<Leases.Holder> changed) throws IOException {
            if (full) {
                throw new IOException("the disk is full");
            }
            writes++;
            Map<Leases.Holder, Long> next = new HashMap<>(durationsMs);
            next.keySet().removeAll(changed);
            changed.stream().filter(written::containsKey).forEach(holder -> next.put(holder, written.get(holder)));
            durationsMs = next;
            assertThat(durationsMs).as("what changed is all that changed").isEqualTo(written);
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

    private void told(Leases.Holder holder, long durationMs) {
        if (holder.equals(WHO)) {
            told.add(durationMs);
        }
    }

    private static LeaseKept elsewhere(long durationMs) {
        return new LeaseKept(Samples.GW_2, WHO.group(), WHO.target(), durationMs);
    }

    private static Leases.Holder holder(TargetRef target) {
        return new Leases.Holder(GROUP, target.id());
    }

    @BeforeEach
    void open() {
        leases = new LeaseDesk(desk, cluster, remembered, clockMs::get, this::told);
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

    /** Behind one address are several nodes: who renews comes to another one each time. */
    @Test
    void t17ALeaseLastsWhileAnyNodeIsAskedToRenewIt() throws Exception {
        leases.grant(WHO, 5_000).kept();
        for (int n = 0; n < 4; n++) {
            assertThat(pass(4_000)).isFalse();
            leases.heard(elsewhere(5_000));
        }
        assertThat(isRegistered(FIRST)).isTrue();
        leases.heard(new LeaseKept(cluster.self(), WHO.group(), WHO.target(), 60_000));
        assertThat(pass(5_000))
                .as("and then ends; what this node said itself is nothing new")
                .isTrue();
        assertThat(isRegistered(FIRST)).isFalse();
    }

    @Test
    void t17ALeaseThatAnotherNodeIsToldToMakeLongerOrToForgetIsSoHereToo() throws Exception {
        leases.heard(elsewhere(5_000));
        assertThat(leases.of(WHO)).as("who was asked has it").isEmpty();
        leases.grant(WHO, 5_000).kept();
        leases.heard(elsewhere(60_000));
        assertThat(remembered.read()).containsExactly(Map.entry(WHO, 60_000L));
        assertThat(pass(50_000)).isFalse();
        leases.heard(elsewhere(0));
        assertThat(leases.of(WHO)).isEmpty();
        assertThat(remembered.read()).isEmpty();
        assertThat(pass(50_000)).isFalse();
        assertThat(isRegistered(FIRST)).isTrue();
    }

    /** It was renewed there while neither heard the other, and is renewed again in a moment. */
    @Test
    void t17WhenANodeIsHeardOfAgainEveryLeaseIsAFullOne() throws Exception {
        cluster.accept(Samples.status(Samples.GW_2, "control-api"));
        assertThat(pass(250)).isFalse();
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(4_500)).isFalse();
        cluster.accept(Samples.status(Samples.GW_2, "control-api"));
        assertThat(pass(2_750))
                .as("it was silent for longer than a status takes")
                .isFalse();
        cluster.accept(Samples.status(Samples.GW_2, "control-api"));
        assertThat(pass(2_000)).as("heard of all the time").isFalse();
        cluster.accept(Samples.status(new NodeId("gw-3"), "ingress"));
        assertThat(pass(250)).as("a node that nobody renews a lease at").isFalse();
        assertThat(pass(250)).isTrue();
    }

    @Test
    void t17ANodeThatComesAndGoesKeepsNobodyRegistered() throws Exception {
        leases.grant(WHO, 5_000).kept();
        boolean ended = false;
        for (int n = 0; n < 3; n++) {
            cluster.accept(Samples.status(Samples.GW_2, "control-api"));
            ended |= pass(4_000);
        }
        assertThat(ended).isTrue();
    }

    /** A node that was cut off asks for votes and gets them once the cut is over: it has heard nobody's renewals yet. */
    @Test
    void t17WhereVotesTakeLongNobodyEndsAtOnce() throws Exception {
        ConfigDesk slow = new ConfigDesk(
                cluster,
                disk,
                () -> {
                    clockMs.addAndGet(1_000);
                    return Agreement.ALONE.begin();
                },
                clockMs::get);
        leases = new LeaseDesk(slow, cluster, remembered, clockMs::get, this::told);
        leases.grant(WHO, 5_000).kept();
        assertThat(pass(5_000)).isFalse();
        leases.heard(elsewhere(5_000));
        assertThat(pass(5_000)).as("it was renewed").isFalse();
        assertThat(pass(5_000)).as("for ever is not meant").isTrue();
    }

    @Test
    void t18AnEndThatIsHeardOfWhileARegistrationIsWrittenIsNotItsOwn() {
        LeaseDesk.Pending registration = leases.grant(WHO, 5_000);
        leases.heard(elsewhere(0));
        registration.kept();
        assertThat(leases.of(WHO)).isPresent();
        LeaseDesk.Pending refused = leases.grant(WHO, 6_000);
        leases.heard(elsewhere(0));
        refused.undone();
        assertThat(leases.of(WHO)).as("what there was before was given up").isEmpty();
        leases.grant(WHO, 5_000).kept();
        leases.heard(elsewhere(0));
        assertThat(leases.of(WHO)).as("nothing is being written").isEmpty();
    }

    @Test
    void othersAreToldWhatIsKeptAndNothingElse() {
        leases.grant(WHO, 5_000).kept();
        leases.grant(WHO, 6_000).undone();
        leases.grant(WHO, 7_000).unknown();
        leases.forget(WHO).kept();
        assertThat(told).containsExactly(5_000L, 0L);
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

    /** Meanwhile it may have been renewed elsewhere, which was not heard; and its end has passed. */
    @Test
    void whoIsNotForgottenAfterAllHasAFullLease() {
        leases.grant(WHO, 5_000).kept();
        LeaseDesk.Pending pending = leases.forget(WHO);
        clockMs.addAndGet(8_000);
        pending.undone();
        assertThat(leases.of(WHO)).contains(new Leases.Lease(5_000, clockMs.get() + 5_000));
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

    /** With ten thousand leases a renewal that looks at all of them takes milliseconds. */
    @Test
    @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aRenewalCostsTheSameHoweverManyLeasesThereAre() {
        Map<Leases.Holder, Long> many = new HashMap<>();
        for (int n = 0; n < 10_000; n++) {
            many.put(new Leases.Holder(GROUP, new TargetId("10.200." + n / 250 + "." + n % 250)), 60_000L);
        }
        remembered.durationsMs = many;
        leases = new LeaseDesk(desk, cluster, remembered, clockMs::get, this::told);
        for (int round = 0; round < 2; round++) {
            List.copyOf(many.keySet()).forEach(who -> leases.grant(who, 60_000).kept());
        }
        assertThat(remembered.writes).isZero();
    }

    @Test
    void aLeaseThatCouldNotBeWrittenIsWrittenWithTheNextOne() {
        remembered.full = true;
        leases.grant(WHO, 5_000).kept();
        remembered.full = false;
        leases.grant(holder(SECOND), 5_000).kept();
        assertThat(remembered.read()).containsOnlyKeys(WHO, holder(SECOND));
    }

    /** Whoever writes the log may wait for a disk: nobody else's renewal waits with it, and no renewal says the same again. */
    @Test
    void nothingIsSaidUnderTheLockAndNotOncePerRenewal() throws Exception {
        List<String> said = new ArrayList<>();
        AppenderBase<ILoggingEvent> log = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                said.add(event.getKeyValuePairs().getFirst().value
                        + (Thread.holdsLock(leases) ? " under the lock" : ""));
            }
        };
        Logger logger = (Logger) LoggerFactory.getLogger(LeaseDesk.class);
        log.start();
        logger.addAppender(log);
        try {
            remembered.full = true;
            for (int n = 0; n < 100; n++) {
                leases.grant(WHO, 5_000).kept();
            }
            assertThat(said).containsExactly("leases_unwritable");
            clockMs.addAndGet(LeaseLog.EVERY_MS);
            assertThat(leases.endOverdue()).isFalse();
            leases.grant(WHO, 5_000).kept();
            assertThat(said).containsExactly("leases_unwritable", "leases_prolonged", "leases_unwritable");
            said.clear();
            remembered.full = false;
            disk.full = true;
            assertThatExceptionOfType(StoreUnavailable.class).isThrownBy(() -> pass(5_000));
            assertThat(said).as("nobody has ended who stays").isEmpty();
            disk.full = false;
            assertThat(pass(8_000)).isTrue();
            assertThat(said).containsExactly("leases_ended");
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void theLogNamesTheFirstOfManyLeasesThatEndAtOnceAndCountsThem() throws Exception {
        GatewayModel model = cluster.revision().model();
        TargetGroup group = model.targetGroup(GROUP).orElseThrow();
        List<Target> many = new ArrayList<>();
        for (int n = 0; n < TargetGroup.TARGETS_MAX; n++) {
            Ipv4Address address = Ipv4Address.parse("10.200." + n / 250 + "." + n % 250);
            many.add(new Target(
                    new TargetId(address.toString()),
                    address,
                    6_081,
                    model.zones().getFirst(),
                    1,
                    0));
        }
        desk.apply(
                model.withTargetGroups(List.of(group.withTargets(many))), OptionalLong.empty(), false, Samples.BY_TEST);
        many.forEach(target ->
                leases.grant(new Leases.Holder(GROUP, target.id()), 5_000).kept());
        Logger logger = (Logger) LoggerFactory.getLogger(LeaseDesk.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            pass(5_000);
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getKeyValuePairs())
                        .extracting(pair -> pair.key + "=" + pair.value)
                        .containsExactly(
                                "event=leases_ended",
                                "count=300",
                                "first=" + GROUP.name() + "/10.200.0.0 " + GROUP.name() + "/10.200.0.1 " + GROUP.name()
                                        + "/10.200.0.10 " + GROUP.name() + "/10.200.0.100 " + GROUP.name()
                                        + "/10.200.0.101"));
    }

    /** The votes may yet be found, and the registration with them: a target without a lease would stay for ever. */
    @Test
    void aLeaseStaysWhereNobodyKnowsWhetherItsRegistrationCounts() {
        leases.grant(WHO, 30_000).unknown();
        assertThat(leases.of(WHO)).isPresent();
        leases.forget(WHO).unknown();
        assertThat(leases.of(WHO)).as("and where nobody knows of its end").isPresent();
    }

    /** The change that ends it waits for votes: a renewal meanwhile must not be told that nothing changes. */
    @Test
    void aLeaseThatIsTakenAwayThisMomentIsNotRenewedButRegistered() throws Exception {
        leases.grant(WHO, 5_000).kept();
        List<Boolean> ending = new ArrayList<>();
        disk.meanwhile = () -> ending.add(leases.isEnding(WHO));
        assertThat(leases.isEnding(WHO)).isFalse();
        assertThat(pass(6_000)).isTrue();
        assertThat(ending).containsExactly(true);
        assertThat(leases.isEnding(WHO)).isFalse();
    }
}
