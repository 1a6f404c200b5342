// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.Leases;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.TargetGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of targets that register themselves. A renewal makes no revision; the end of a lease makes one, by the same
 * desk as any other change: the target drains for its group's delay (T17, T18).
 *
 * <p>Leases are this process's: who registered here renews here. Over a restart it is remembered who has a lease and how
 * long it lasts, not until when: a restarted process grants each a full one, so nobody is deregistered for the gateway's
 * own absence. Where the process does not come back, its targets stay until somebody deregisters them.
 *
 * <p><b>Threading</b>: any thread. Its lock is taken inside the desk's, never around it.
 */
public final class LeaseDesk {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseDesk.class);

    private final ConfigDesk desk;
    private final ClusterView cluster;
    private final LeaseStore store;
    private final LongSupplier nowMs;
    private final Leases leases = new Leases();
    private Map<Leases.Holder, Long> stored;

    /**
     * Grants a full lease to everybody who had one.
     *
     * @param desk deregisters whose lease has ended
     * @param cluster knows who is registered
     * @param store remembers leases over a restart
     * @param nowMs milliseconds since 1970 of a clock that never goes back
     */
    public LeaseDesk(ConfigDesk desk, ClusterView cluster, LeaseStore store, LongSupplier nowMs) {
        this.desk = desk;
        this.cluster = cluster;
        this.store = store;
        this.nowMs = nowMs;
        this.stored = read(store);
        stored.forEach((holder, durationMs) -> leases.grant(holder, durationMs, nowMs.getAsLong()));
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

    /**
     * Grants a lease or renews it; inside the change that registers the target, so that no end comes between.
     *
     * @return the one that counted before
     */
    public synchronized Optional<Leases.Lease> grant(Leases.Holder holder, long durationMs) {
        Optional<Leases.Lease> before = leases.grant(holder, durationMs, nowMs.getAsLong());
        save();
        return before;
    }

    /** The registration came to nothing: what counted before counts again. */
    public synchronized void restore(Leases.Holder holder, Optional<Leases.Lease> before) {
        leases.restore(holder, before);
        save();
    }

    /** The target stays without a lease. */
    public synchronized void forget(Leases.Holder holder) {
        if (leases.forget(holder)) {
            save();
        }
    }

    /** A target's lease. */
    public synchronized Optional<Leases.Lease> of(Leases.Holder holder) {
        return leases.of(holder);
    }

    /**
     * Deregisters every target whose lease has ended, and forgets the leases of who is registered no more.
     *
     * @return whether there is a new revision
     * @throws StoreUnavailable where it cannot be kept; then the targets stay, with a full lease each
     */
    public boolean endOverdue() throws StoreUnavailable {
        if (!somethingToDo()) {
            return false;
        }
        long before = cluster.revision().number();
        Map<Leases.Holder, Long> granted = durations();
        ConfigDesk.Outcome outcome;
        try {
            outcome = desk.edit(
                    this::withoutEnded,
                    false,
                    new ChangeOrigin("node:" + cluster.self().value(), "leases ended"));
        } catch (StoreUnavailable notKept) {
            regrant(granted);
            throw notKept;
        }
        return outcome instanceof ConfigDesk.Done done && done.revision() != before;
    }

    private synchronized Map<Leases.Holder, Long> durations() {
        return leases.durations();
    }

    private synchronized void regrant(Map<Leases.Holder, Long> granted) {
        granted.forEach((holder, durationMs) -> {
            if (leases.of(holder).isEmpty()) {
                leases.grant(holder, durationMs, nowMs.getAsLong());
            }
        });
        save();
    }

    private synchronized boolean somethingToDo() {
        OptionalLong nextMs = leases.nextEndMs();
        if (nextMs.isEmpty()) {
            return false;
        }
        return nextMs.getAsLong() <= nowMs.getAsLong()
                || !registered(cluster.revision().model())
                        .containsAll(leases.durations().keySet());
    }

    private synchronized GatewayModel withoutEnded(GatewayModel declared) {
        Set<Leases.Holder> registered = registered(declared);
        leases.keepOnly(registered::contains);
        Set<Leases.Holder> ended = leases.takeEnded(nowMs.getAsLong());
        save();
        if (ended.isEmpty()) {
            return declared;
        }
        LOG.atInfo()
                .addKeyValue("event", "leases_ended")
                .addKeyValue("targets", ended)
                .log("targets that were not renewed are deregistered");
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

    /** Writes where it differs: a renewal of the same duration does not. */
    private void save() {
        Map<Leases.Holder, Long> durations = leases.durations();
        if (durations.equals(stored)) {
            return;
        }
        try {
            store.write(durations);
            stored = durations;
        } catch (IOException unwritable) {
            LOG.atWarn()
                    .addKeyValue("event", "leases_unwritable")
                    .setCause(unwritable)
                    .log("leases hold, but a restart will not know of the last ones");
        }
    }
}
