// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.ConfigChange;
import io.sluice.api.core.ConfigPlan;
import io.sluice.api.core.Draining;
import io.sluice.api.core.NextModel;
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
 * <p>A process's first revision has the time it started as its number, each further one the number it follows plus one.
 * So the revision of a replacement counts, whatever its node is called. Only revisions made here are {@link #own}:
 * another process's are its own to publish, and what a process said in an earlier life is nobody's.
 *
 * <p>Where several processes have the role, the author of the current revision removes drained targets; another one
 * steps in {@value #GRACE_MS} ms later.
 *
 * <p><b>Threading</b>: any thread; one change at a time.
 */
public final class ConfigDesk {

    /** How long another process's desk leaves its drained targets to it. */
    static final long GRACE_MS = 10_000;

    private final NodeId self;
    private final ClusterView cluster;
    private final LongSupplier wallClockMs;
    private volatile ConfigRevision own;

    /**
     * A desk that has made one revision, the view's first.
     *
     * @param cluster starts with this process's first revision, and keeps the newest
     * @param wallClockMs milliseconds since 1970
     */
    public ConfigDesk(ClusterView cluster, LongSupplier wallClockMs) {
        ConfigRevision first = cluster.revision();
        this.self = first.author();
        this.own = first;
        this.cluster = cluster;
        this.wallClockMs = wallClockMs;
    }

    /** What became of a document. */
    public sealed interface Outcome {}

    /**
     * It is in force, or would be.
     *
     * @param revision number of the revision that holds it; of a plan, of the current one
     * @param changes what it changes; empty where it says what is in force already
     */
    public record Done(long revision, List<ConfigChange> changes) implements Outcome {}

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
     */
    public synchronized Outcome apply(GatewayModel desired, OptionalLong expectedRevision, boolean dryRun) {
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
            return new Done(current.number(), changes);
        }
        install(new ConfigRevision(number, self, next));
        return new Done(number, changes);
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
     */
    public synchronized <X extends Exception> Outcome edit(Edit<X> edit, boolean dryRun) throws X {
        GatewayModel declared = Draining.declared(cluster.revision().model());
        return apply(edit.of(declared), OptionalLong.empty(), dryRun);
    }

    /**
     * Makes a revision without the targets that have drained, where it is this process's turn.
     *
     * @return whether there is a new one
     */
    public synchronized boolean removeDrained() {
        ConfigRevision current = cluster.revision();
        long graceMs = current.author().equals(self) ? 0 : GRACE_MS;
        GatewayModel next = Draining.afterDelays(current.model(), wallClockMs.getAsLong() - graceMs)
                .model();
        if (next.equals(current.model())) {
            return false;
        }
        install(new ConfigRevision(current.number() + 1, self, next));
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

    private void install(ConfigRevision revision) {
        own = revision;
        cluster.install(revision);
    }
}
