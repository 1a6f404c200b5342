// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.Leases;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.LeaseKept;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of targets that register themselves. A renewal makes no revision; the end of a lease makes one, by the same
 * desk as any other change: the target drains for its group's delay (T17, T18).
 *
 * <p><b>The life of a lease</b>: it is granted with a registration, and again with each renewal, from then on for its
 * duration. It ends with its time, when the target is deregistered, or when it is registered without one; who is
 * deregistered for it keeps it until the revision that says so is on disk, so that no crash leaves a target without
 * anybody to end it. What takes it away looks whether it is the same still: a lease granted meanwhile stays.
 *
 * <p>A gateway that stands still ends nobody's lease: a renewal counts from when its request came, however long that waits
 * for the disk, and where {@link #endOverdue} comes later than each {@value #PACE_MS} ms, every lease lasts so much longer.
 *
 * <p>Whoever was asked to grant or renew a lease has it: a target that renews here and there has one at each of these processes.
 * Each tells the others what it was asked, and who has a lease of the same target takes that for its own renewal. So none ends
 * while any of them is asked, and all end together. Who is cut off from the others hears nothing, and ends nobody's either where
 * it has no majority. What it has missed nobody repeats: so each time that a process with the control API is heard of again, and
 * where the votes for an end took so long that one may be back unheard, every lease is a full one, once until it is renewed. What
 * remains: who cannot reach one node, but a majority without it, ends leases that were renewed at that node only.
 *
 * <p>Over a restart it is remembered who has a lease and how long it lasts, not until when: a restarted process grants each
 * a full one, so nobody is deregistered for the gateway's own absence. Where the process does not come back, its targets
 * stay until somebody deregisters them.
 *
 * <p><b>Threading</b>: any thread; nothing is logged under its lock. That is taken inside a change of the desk's, never around
 * one.
 */
public final class LeaseDesk {

    /** How often {@link #endOverdue} is to be called. */
    public static final long PACE_MS = 250;

    /** A turn that is later than this was no busy moment, but a standstill. */
    private static final long LATE_MS = 1_000;

    /** After a change that could not be written: no other one waits for votes that do not come because of leases. */
    private static final long AGAIN_MS = 3_000;

    /** Tells other processes with leases what this one was asked; from any thread. */
    public interface Others {

        /** Those of a process that stands alone. */
        Others NONE = (holder, durationMs) -> {};

        /** A lease lasts so long from now on, or 0 for no lease. */
        void tell(Leases.Holder holder, long durationMs);
    }

    /** Requests noted between two turns. */
    private static final int ASKED_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseDesk.class);

    private final ConfigDesk desk;
    private final ClusterView cluster;
    private final LeaseStore store;
    private final LongSupplier nowMs;
    private final Others others;
    private final LeaseLog log = new LeaseLog();
    private final Leases leases = new Leases();
    private final Map<Leases.Holder, Long> asked = new ConcurrentHashMap<>();
    private final Map<Leases.Holder, Long> leaving = new HashMap<>();

    /** Changes under way that grant a lease. */
    private final Map<Leases.Holder, Integer> granting = new HashMap<>();

    /** Of those: another process was asked meanwhile to keep the target without a lease, or not at all. */
    private final Set<Leases.Holder> givenUp = new HashSet<>();

    /** What the store has, or will have once it can be written. */
    private final SortedMap<Leases.Holder, Long> remembered = new TreeMap<>(Leases.ORDER);

    private final Set<Leases.Holder> unwritten = new HashSet<>();
    private Set<Leases.Holder> ending = Set.of();
    private Set<NodeId> present = Set.of();
    private long lookedMs;
    private volatile long againAtMs = Long.MIN_VALUE;

    /** The configuration of which it is known that everybody with a lease is registered in it. */
    private @Nullable ConfigRevision checked;

    /**
     * Grants a full lease to everybody who had one.
     *
     * @param desk deregisters whose lease has ended
     * @param cluster knows who is registered
     * @param store remembers leases over a restart
     * @param nowMs milliseconds since 1970 of a clock that never goes back
     * @param others hear what is asked here
     */
    public LeaseDesk(ConfigDesk desk, ClusterView cluster, LeaseStore store, LongSupplier nowMs, Others others) {
        this.desk = desk;
        this.cluster = cluster;
        this.store = store;
        this.nowMs = nowMs;
        this.others = others;
        this.lookedMs = nowMs.getAsLong();
        remembered.putAll(read(store));
        remembered.forEach((holder, durationMs) -> leases.grant(holder, durationMs, lookedMs));
    }

    private static Map<Leases.Holder, Long> read(LeaseStore store) {
        try {
            return store.read();
        } catch (IOException unreadable) {
            LOG.atWarn()
                    .addKeyValue("event", "leases_unreadable")
                    .setCause(unreadable)
                    .log("leases are forgotten: their targets stay until they renew or are deregistered");
            return Map.of();
        }
    }

    /** What was done to a lease within a change, until it is known what becomes of the change. */
    public interface Pending {

        /** Nothing was done. */
        Pending NOTHING = new Pending() {
            @Override
            public void kept() {
                // there is nothing to keep
            }

            @Override
            public void undone() {
                // there is nothing to undo
            }

            @Override
            public void unknown() {
                // there is nothing to keep
            }
        };

        /** The change is in force. */
        void kept();

        /** The change came to nothing: what counted before counts again, unless something else does by now. */
        void undone();

        /** Nobody knows: whatever lease there was or is stays, as one without its target is taken away. */
        void unknown();
    }

    /** Somebody asks to renew: from an event loop, before the request waits for anything. */
    public void asked(Leases.Holder holder) {
        if (asked.size() < ASKED_MAX) {
            asked.put(holder, nowMs.getAsLong());
        }
    }

    /** Grants a lease or renews it; inside the change that registers the target, so that no end comes between. */
    public synchronized Pending grant(Leases.Holder holder, long durationMs) {
        Optional<Leases.Lease> before = leases.grant(holder, durationMs, nowMs.getAsLong());
        // before the revision: who is registered and not known to have a lease would stay for ever
        save(Set.of(holder));
        granting.merge(holder, 1, Integer::sum);
        return pending(holder, leases.of(holder), before);
    }

    /** The target is to stay without a lease, or not at all; inside the change that says so. */
    public synchronized Pending forget(Leases.Holder holder) {
        Optional<Leases.Lease> before = leases.of(holder);
        leases.replace(holder, before, Optional.empty());
        // remembered until the change is on disk
        before.ifPresent(lease -> leaving.put(holder, lease.durationMs()));
        return pending(holder, Optional.empty(), before);
    }

    private Pending pending(Leases.Holder holder, Optional<Leases.Lease> now, Optional<Leases.Lease> before) {
        return new Pending() {
            @Override
            public void kept() {
                settle(holder, now, () -> now);
                others.tell(holder, now.map(Leases.Lease::durationMs).orElse(0L));
            }

            @Override
            public void undone() {
                settle(
                        holder,
                        now,
                        () -> givenUp.contains(holder) ? Optional.empty() : before.map(LeaseDesk.this::anew));
            }

            @Override
            public void unknown() {
                settle(holder, now, () -> now.or(() -> before.map(LeaseDesk.this::anew)));
            }
        };
    }

    /** A full one: while a change was under way renewals may not have been heard, and its end may have passed. */
    private Leases.Lease anew(Leases.Lease lease) {
        return new Leases.Lease(lease.durationMs(), nowMs.getAsLong() + lease.durationMs());
    }

    private void settle(Leases.Holder holder, Optional<Leases.Lease> expected, Supplier<Optional<Leases.Lease>> next) {
        synchronized (this) {
            leaving.remove(holder);
            leases.replace(holder, expected, next.get());
            if (expected.isPresent() && granting.merge(holder, -1, Integer::sum) == 0) {
                granting.remove(holder);
                givenUp.remove(holder);
            }
            save(Set.of(holder));
        }
        log.say();
    }

    /**
     * Another process was asked to keep a target registered. Whose lease this process does not have it does not take: who was
     * asked has it. While a registration here is being written with a lease, one that was given up elsewhere says nothing of it.
     */
    public synchronized void heard(LeaseKept elsewhere) {
        Leases.Holder holder = new Leases.Holder(elsewhere.group(), elsewhere.target());
        Optional<Leases.Lease> here = leases.of(holder);
        if (here.isEmpty() || elsewhere.node().equals(cluster.self())) {
            return;
        }
        if (elsewhere.durationMs() == 0) {
            if (granting.containsKey(holder)) {
                givenUp.add(holder);
                return;
            }
            leases.replace(holder, here, Optional.empty());
        } else {
            leases.grant(holder, elsewhere.durationMs(), nowMs.getAsLong());
        }
        save(Set.of(holder));
    }

    /** A target's lease. */
    public synchronized Optional<Leases.Lease> of(Leases.Holder holder) {
        return leases.of(holder);
    }

    /** What one turn takes away once it is in force: leases that ended, and those of who is registered no more. */
    private static final class Turn {
        private final long beganMs;
        private Map<Leases.Holder, Leases.Lease> over = Map.of();
        private Set<Leases.Holder> ended = Set.of();

        Turn(long beganMs) {
            this.beganMs = beganMs;
        }
    }

    /**
     * Whether a lease is being taken away this very moment, by a change that waits for its votes: a renewal then is a
     * registration, after it.
     */
    public synchronized boolean isEnding(Leases.Holder holder) {
        return ending.contains(holder);
    }

    /**
     * Deregisters every target whose lease has ended, and forgets the leases of who is registered no more; each
     * {@value #PACE_MS} ms.
     *
     * @return whether there is a new revision
     * @throws StoreUnavailable where it cannot be kept; then the targets stay, with a full lease each
     */
    public boolean endOverdue() throws StoreUnavailable {
        try {
            return endOverdueNow();
        } finally {
            log.say();
        }
    }

    private boolean endOverdueNow() throws StoreUnavailable {
        if (!somethingToDo() || nowMs.getAsLong() < againAtMs) {
            return false;
        }
        long before = cluster.revision().number();
        Turn turn = new Turn(nowMs.getAsLong());
        ConfigDesk.Outcome outcome;
        try {
            outcome = desk.edit(
                    declared -> withoutEnded(declared, turn),
                    false,
                    ChangeOrigin.ofNode(cluster.self(), "leases ended"));
        } catch (StoreUnavailable notKept) {
            grantAnew(turn);
            againAtMs = nowMs.getAsLong() + AGAIN_MS;
            throw notKept;
        } finally {
            waited();
        }
        forget(turn);
        return outcome instanceof ConfigDesk.Done done && done.revision() != before;
    }

    /** The time that it took to write was no standstill. */
    private synchronized void waited() {
        lookedMs = nowMs.getAsLong();
        ending = Set.of();
    }

    private synchronized void forget(Turn turn) {
        if (!turn.ended.isEmpty()) {
            log.ended(turn.ended);
        }
        turn.over.forEach((holder, lease) -> leases.replace(holder, Optional.of(lease), Optional.empty()));
        save(turn.over.keySet());
    }

    private synchronized void grantAnew(Turn turn) {
        turn.over.forEach((holder, lease) -> leases.replace(holder, Optional.of(lease), Optional.of(anew(lease))));
    }

    /** What has happened since the last look: requests to renew, time in which nobody looked, and who is back. */
    private long look() {
        long now = nowMs.getAsLong();
        asked.keySet().forEach(holder -> {
            Long atMs = asked.remove(holder);
            if (atMs != null) {
                leases.asked(holder, atMs);
            }
        });
        long lateMs = now - lookedMs - PACE_MS;
        if (lateMs >= LATE_MS) {
            leases.prolong(lateMs);
            log.prolonged(lateMs);
        }
        lookedMs = now;
        Set<NodeId> seen = Set.copyOf(cluster.controlNodes());
        if (!present.containsAll(seen)) {
            log.filled(leases.fill(now), "a node with the control API is heard of again");
        }
        present = seen;
        return now;
    }

    private synchronized boolean somethingToDo() {
        long now = look();
        OptionalLong nextMs = leases.nextEndMs();
        if (nextMs.isEmpty()) {
            return false;
        }
        return nextMs.getAsLong() <= now || !allRegistered(cluster.revision());
    }

    /** Looked at once for each configuration: a lease that comes later comes with its target. */
    private boolean allRegistered(ConfigRevision revision) {
        if (!revision.equals(checked)) {
            Set<Leases.Holder> registered = registered(revision.model());
            checked = leases.those((holder, lease) -> !registered.contains(holder))
                            .isEmpty()
                    ? revision
                    : null;
        }
        return checked != null;
    }

    private synchronized GatewayModel withoutEnded(GatewayModel declared, Turn turn) {
        long now = look();
        if (now - turn.beganMs >= LATE_MS) {
            log.filled(leases.fill(now), "votes took long");
        }
        Set<Leases.Holder> registered = registered(declared);
        Set<Leases.Holder> ended = leases.ended(now).keySet();
        turn.over = leases.those((holder, lease) -> ended.contains(holder) || !registered.contains(holder));
        turn.ended = ended;
        ending = Set.copyOf(turn.over.keySet());
        if (ended.isEmpty()) {
            return declared;
        }
        List<TargetGroup> groups = new ArrayList<>();
        for (TargetGroup group : declared.targetGroups()) {
            groups.add(group.withTargets(group.targets().stream()
                    .filter(target -> !ended.contains(new Leases.Holder(group.id(), target.id())))
                    .toList()));
        }
        return declared.withTargetGroups(groups);
    }

    private static Set<Leases.Holder> registered(GatewayModel model) {
        Set<Leases.Holder> registered = new HashSet<>();
        for (TargetGroup group : model.targetGroups()) {
            group.targets().stream()
                    .filter(target -> !target.draining())
                    .forEach(target -> registered.add(new Leases.Holder(group.id(), target.id())));
        }
        return registered;
    }

    /** Writes where the leases of some differ from what is remembered: a renewal of the same duration does not. */
    private void save(Set<Leases.Holder> some) {
        for (Leases.Holder holder : some) {
            @Nullable
            Long durationMs = leases.of(holder).map(Leases.Lease::durationMs).orElse(leaving.get(holder));
            @Nullable Long before = durationMs == null ? remembered.remove(holder) : remembered.put(holder, durationMs);
            if (!Objects.equals(before, durationMs)) {
                unwritten.add(holder);
            }
        }
        if (unwritten.isEmpty()) {
            return;
        }
        try {
            store.write(Collections.unmodifiableMap(remembered), Collections.unmodifiableSet(unwritten));
            unwritten.clear();
        } catch (IOException unwritable) {
            log.unwritable(unwritable, nowMs.getAsLong());
        }
    }
}
