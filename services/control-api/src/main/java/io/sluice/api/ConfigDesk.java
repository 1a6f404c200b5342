// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.ConfigChange;
import io.sluice.api.core.ConfigPlan;
import io.sluice.api.core.Draining;
import io.sluice.api.core.NextModel;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Where this process makes configuration revisions: out of documents, and when a target has drained.
 *
 * <p>A process's first revision is the one it starts with ({@link StartingConfiguration}), each further one has the number
 * it follows plus one: numbers rise across restarts. Only the first and those made here are {@link #own}: another process's
 * are its own to publish.
 *
 * <p>A revision is in the store before it takes effect or is published; where it cannot be kept it never was.
 *
 * <p>Where several processes have the role, the author of the current revision removes drained targets; another one
 * steps in {@value #GRACE_MS} ms later.
 *
 * <p><b>Threading</b>: any thread, for what writes to the store any but an event loop; one change at a time.
 */
public final class ConfigDesk {

    /** How long another process's desk leaves its drained targets to it. */
    static final long GRACE_MS = 10_000;

    private final NodeId self;
    private final ClusterView cluster;
    private final RevisionStore store;
    private final LongSupplier wallClockMs;
    private volatile ConfigRevision own;
    private volatile ConfigRevision kept;

    /**
     * A desk that has one revision, the view's first.
     *
     * @param cluster starts with this process's first revision, and keeps the newest
     * @param store has that revision, and keeps each further one
     * @param wallClockMs milliseconds since 1970
     */
    public ConfigDesk(ClusterView cluster, RevisionStore store, LongSupplier wallClockMs) {
        ConfigRevision first = cluster.revision();
        this.self = cluster.self();
        this.own = first;
        this.kept = first;
        this.cluster = cluster;
        this.store = store;
        this.wallClockMs = wallClockMs;
    }

    /** A desk whose revisions end with the process. */
    public ConfigDesk(ClusterView cluster, LongSupplier wallClockMs) {
        this(cluster, new MemoryConfigStore(), wallClockMs);
    }

    /** What became of a document. */
    public sealed interface Outcome {}

    /**
     * It is in force, or would be.
     *
     * @param inForce the revision that holds it, whatever came after it; of a plan, the current one
     * @param changes what it changes; empty where it says what is in force already
     */
    public record Done(ConfigRevision inForce, List<ConfigChange> changes) implements Outcome {

        /** The revision's number. */
        public long revision() {
            return inForce.number();
        }
    }

    /**
     * It leaves out load balancers that are protected from deletion.
     *
     * @param loadBalancers which
     */
    public record Protected(List<LoadBalancerId> loadBalancers) implements Outcome {}

    /**
     * It was made for another revision than the current one.
     *
     * @param revision number of the current one
     */
    public record Outdated(long revision) implements Outcome {}

    /**
     * Puts a document in force, or says what that would change; all of it or nothing.
     *
     * @param desired what the document says
     * @param expectedRevision number the current revision must have; empty for any
     * @param dryRun whether to plan only
     * @param origin whose doing it is
     * @throws StoreUnavailable where the revision cannot be kept; then it is not in force
     */
    public synchronized Outcome apply(
            GatewayModel desired, OptionalLong expectedRevision, boolean dryRun, ChangeOrigin origin)
            throws StoreUnavailable {
        ConfigRevision current = cluster.revision();
        if (expectedRevision.isPresent() && expectedRevision.getAsLong() != current.number()) {
            return new Outdated(current.number());
        }
        List<LoadBalancerId> kept = NextModel.protectedFromDeletion(current.model(), desired);
        if (!kept.isEmpty()) {
            return new Protected(kept);
        }
        long nowMs = wallClockMs.getAsLong();
        long number = current.number() + 1;
        GatewayModel next = NextModel.of(current.model(), desired, nowMs, number);
        List<ConfigChange> changes = ConfigPlan.between(current.model(), next);
        if (dryRun || next.equals(current.model())) {
            return new Done(current, changes);
        }
        ConfigRevision made = new ConfigRevision(number, self, next);
        install(made, origin, changes);
        return new Done(made, changes);
    }

    /**
     * Makes the next document of the one in force.
     *
     * @param <X> what it throws where there is to be none
     */
    public interface Edit<X extends Exception> {

        /** @param declared the one in force, which has nothing that drains */
        GatewayModel of(GatewayModel declared) throws X;
    }

    /**
     * Puts an edited document in force, or says what that would change: nothing comes between reading and writing it.
     *
     * @param edit makes it of the one in force
     * @param dryRun whether to plan only
     * @param origin whose doing it is
     * @throws StoreUnavailable where the revision cannot be kept; then it is not in force
     */
    public synchronized <X extends Exception> Outcome edit(Edit<X> edit, boolean dryRun, ChangeOrigin origin)
            throws X, StoreUnavailable {
        ConfigRevision current = cluster.revision();
        GatewayModel declared = Draining.declared(current.model());
        GatewayModel desired = edit.of(declared);
        if (desired.equals(declared)) {
            // most edits are renewals of leases, and to find out that nothing changes takes longer the more there is
            return new Done(current, List.of());
        }
        return apply(desired, OptionalLong.empty(), dryRun, origin);
    }

    /**
     * Makes a revision without the targets that have drained, where it is this process's turn.
     *
     * @return whether there is a new one
     * @throws StoreUnavailable where it cannot be kept; then the targets stay until it can
     */
    public synchronized boolean removeDrained() throws StoreUnavailable {
        ConfigRevision current = cluster.revision();
        long graceMs = current.author().equals(self) ? 0 : GRACE_MS;
        GatewayModel next = Draining.afterDelays(current.model(), wallClockMs.getAsLong() - graceMs)
                .model();
        if (next.equals(current.model())) {
            return false;
        }
        install(
                new ConfigRevision(current.number() + 1, self, next),
                new ChangeOrigin("node:" + self.value(), "drained"),
                Draining.left(current.model(), next));
        return true;
    }

    /** Milliseconds until {@link #removeDrained} has something to do, 0 or more; empty while nothing drains. */
    public OptionalLong untilDrainedMs() {
        ConfigRevision current = cluster.revision();
        long graceMs = current.author().equals(self) ? 0 : GRACE_MS;
        OptionalLong nextMs = Draining.afterDelays(current.model(), 0).nextMs();
        return nextMs.isEmpty()
                ? nextMs
                : OptionalLong.of(Math.max(0, nextMs.getAsLong() + graceMs - wallClockMs.getAsLong()));
    }

    /** The revision to publish: the current one, where this process made it. */
    public Optional<ConfigRevision> own() {
        ConfigRevision mine = own;
        return mine.equals(cluster.revision()) ? Optional.of(mine) : Optional.empty();
    }

    /** Keeps a revision that another process made, once it is the one that counts here. */
    public synchronized void keepAdopted() throws StoreUnavailable {
        ConfigRevision current = cluster.revision();
        if (!current.equals(kept)) {
            keep(
                    current,
                    new ChangeOrigin("node:" + current.author().value(), "adopted"),
                    ConfigPlan.between(kept.model(), current.model()));
        }
    }

    private void install(ConfigRevision revision, ChangeOrigin origin, List<ConfigChange> changes)
            throws StoreUnavailable {
        keep(revision, origin, changes);
        own = revision;
        cluster.install(revision);
    }

    private void keep(ConfigRevision revision, ChangeOrigin origin, List<ConfigChange> changes)
            throws StoreUnavailable {
        AuditEntry entry = AuditEntry.ofRevision(wallClockMs.getAsLong(), origin, revision.number(), changes);
        store.append(revision, entry, null);
        kept = revision;
        AuditLog.say(entry);
    }
}
