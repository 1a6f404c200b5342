// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.agree.Agreement;
import io.sluice.api.agree.NoMajority;
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
import io.sluice.model.wire.RevisionDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process makes configuration revisions: out of documents, and when a target has drained.
 *
 * <p>A process's first revision is the one it starts with ({@link StartingConfiguration}), each further one has the number
 * it follows plus one: numbers rise across restarts. Only the first and those made or settled here are {@link #own}: another
 * process's are its own to publish.
 *
 * <p>A revision is agreed on and in the store before it takes effect or is published. Where too few nodes agree, or it
 * cannot be kept, it is not in force. Revisions of other processes are in the store before they take effect here; one that
 * another branch replaced stays there, marked as lost.
 *
 * <p>Where several processes have the role, the author of the current revision removes drained targets; another one
 * steps in {@value #GRACE_MS} ms later.
 *
 * <p><b>Threading</b>: any thread, for what writes to the store any but an event loop; one change at a time.
 */
public final class ConfigDesk {

    /** How long another process's desk leaves its drained targets to it. */
    static final long GRACE_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(ConfigDesk.class);

    /** Attempts of one write that other nodes may outvote. */
    private static final int ATTEMPTS_MAX = 20;

    private static final long PAUSE_NS_MAX = 50_000_000;

    private final NodeId self;
    private final ClusterView cluster;
    private final RevisionStore store;
    private final Agreement agreement;
    private final LongSupplier wallClockMs;
    private volatile ConfigRevision own;

    /**
     * A desk that has one revision, the view's first.
     *
     * @param cluster starts with this process's first revision, and keeps the newest
     * @param store has that revision, and keeps each further one
     * @param agreement what a further one needs before it counts
     * @param wallClockMs milliseconds since 1970
     */
    public ConfigDesk(ClusterView cluster, RevisionStore store, Agreement agreement, LongSupplier wallClockMs) {
        ConfigRevision first = cluster.revision();
        this.self = cluster.self();
        this.own = first;
        this.cluster = cluster;
        this.store = store;
        this.agreement = agreement;
        this.wallClockMs = wallClockMs;
    }

    /** A desk that writes alone. */
    public ConfigDesk(ClusterView cluster, RevisionStore store, LongSupplier wallClockMs) {
        this(cluster, store, Agreement.ALONE, wallClockMs);
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
        return write(current -> planned(current, desired, expectedRevision), dryRun, origin);
    }

    /** What is to become of a revision: another one, or an answer at once. */
    private record Plan(Outcome answer, Optional<GatewayModel> next, List<ConfigChange> changes) {}

    /** Plans by the revision that is current at the moment. */
    private interface Planner<X extends Exception> {
        Plan of(ConfigRevision current) throws X;
    }

    private Plan planned(ConfigRevision current, GatewayModel desired, OptionalLong expectedRevision) {
        if (expectedRevision.isPresent() && expectedRevision.getAsLong() != current.number()) {
            return new Plan(new Outdated(current.number()), Optional.empty(), List.of());
        }
        List<LoadBalancerId> guarded = NextModel.protectedFromDeletion(current.model(), desired);
        if (!guarded.isEmpty()) {
            return new Plan(new Protected(guarded), Optional.empty(), List.of());
        }
        GatewayModel next = NextModel.of(current.model(), desired, wallClockMs.getAsLong(), current.number() + 1);
        List<ConfigChange> changes = ConfigPlan.between(current.model(), next);
        return new Plan(
                new Done(current, changes),
                next.equals(current.model()) ? Optional.empty() : Optional.of(next),
                changes);
    }

    /** Plans, has it agreed on and kept, and puts it in force; anew where another node was faster. */
    private <X extends Exception> Outcome write(Planner<X> planner, boolean dryRun, ChangeOrigin origin)
            throws X, StoreUnavailable {
        if (dryRun) {
            return planner.of(cluster.revision()).answer();
        }
        for (int attempts = 0; attempts < ATTEMPTS_MAX; attempts++) {
            Agreement.Attempt attempt = agreement.begin();
            Optional<ConfigRevision> news = attempt.agreed().filter(agreed -> agreed.supersedes(cluster.revision()));
            if (news.isPresent()) {
                // it may have been agreed on: so it is, before anything is made of it
                if (attempt.write(news.get())) {
                    take(news.get());
                    own = news.get();
                }
                continue;
            }
            ConfigRevision current = cluster.revision();
            Plan plan = planner.of(current);
            if (plan.next().isEmpty()) {
                return plan.answer();
            }
            ConfigRevision next = RevisionDigest.child(
                    current, current.number() + 1, self, plan.next().get());
            if (attempt.write(next)) {
                install(next, origin, plan.changes());
                return new Done(next, plan.changes());
            }
            pause();
        }
        throw new NoMajority("other nodes were faster " + ATTEMPTS_MAX
                + " times to write the configuration: nothing has changed; try again");
    }

    /** Not as long as another node's, so that they do not meet again. */
    private static void pause() {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(PAUSE_NS_MAX));
    }

    /**
     * Makes the next document of the one in force.
     *
     * @param <X> what it throws where there is to be none
     */
    public interface Edit<X extends Exception> {

        /**
         * May be called more than once, where another node was faster.
         *
         * @param declared the one in force, which has nothing that drains
         */
        GatewayModel of(GatewayModel declared) throws X;

        /**
         * Whether it needs no votes where it changes nothing: true of what lasts for a while only and is asked for again and
         * again, as a lease is.
         */
        default boolean isRenewal() {
            return false;
        }

        /** The same as a renewal. */
        static <X extends Exception> Edit<X> renewal(Edit<X> edit) {
            return new Edit<>() {
                @Override
                public GatewayModel of(GatewayModel declared) throws X {
                    return edit.of(declared);
                }

                @Override
                public boolean isRenewal() {
                    return true;
                }
            };
        }
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
        Planner<X> planner = current -> edited(current, edit);
        if (edit.isRenewal()) {
            Plan plan = planner.of(cluster.revision());
            if (plan.next().isEmpty()) {
                return plan.answer();
            }
        }
        return write(planner, dryRun, origin);
    }

    private <X extends Exception> Plan edited(ConfigRevision current, Edit<X> edit) throws X {
        GatewayModel declared = Draining.declared(current.model());
        GatewayModel desired = edit.of(declared);
        if (desired.equals(declared)) {
            // most edits are renewals of leases, and to find out that nothing changes takes longer the more there is
            return new Plan(new Done(current, List.of()), Optional.empty(), List.of());
        }
        return planned(current, desired, OptionalLong.empty());
    }

    /**
     * Makes a revision without the targets that have drained, where it is this process's turn.
     *
     * @return whether there is a new one
     * @throws StoreUnavailable where it cannot be kept; then the targets stay until it can
     */
    public synchronized boolean removeDrained() throws StoreUnavailable {
        if (drained(cluster.revision()).next().isEmpty()) {
            return false;
        }
        long before = cluster.revision().number();
        Outcome outcome = write(this::drained, false, new ChangeOrigin("node:" + self.value(), "drained"));
        return outcome instanceof Done done && done.revision() != before;
    }

    private Plan drained(ConfigRevision current) {
        long graceMs = current.author().equals(self) ? 0 : GRACE_MS;
        GatewayModel next = Draining.afterDelays(current.model(), wallClockMs.getAsLong() - graceMs)
                .model();
        List<ConfigChange> changes = Draining.left(current.model(), next);
        return new Plan(
                new Done(current, changes),
                next.equals(current.model()) ? Optional.empty() : Optional.of(next),
                changes);
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

    /** The revision to publish: the current one, where this process made it, or settled what a vanished writer left. */
    public Optional<ConfigRevision> own() {
        ConfigRevision mine = own;
        return mine.equals(cluster.revision()) ? Optional.of(mine) : Optional.empty();
    }

    /**
     * Takes a revision that another process published: into the store, then into force, where it is the one that counts.
     * Of two that were made from different branches the one that does not count is kept as lost. What this process published
     * it knows; what it published before it was started anew does not count any more, whoever repeats it, unless it was made
     * from the one in force: that was agreed on, and the process ended before it was in the store.
     *
     * @throws StoreUnavailable where it cannot be kept; then it does not take effect here, and is taken with its next word
     */
    public synchronized void adopt(ConfigRevision heard) throws StoreUnavailable {
        ConfigRevision current = cluster.revision();
        if (heard.equals(current) || (heard.author().equals(self) && !heard.descendsFrom(RevisionDigest.of(current)))) {
            return;
        }
        if (heard.supersedes(current)) {
            take(heard);
        } else if (Branches.differ(current, heard)
                && store.revision(heard.number(), heard.author()).isEmpty()) {
            lose(heard, current);
        }
    }

    private void take(ConfigRevision revision) throws StoreUnavailable {
        ConfigRevision current = cluster.revision();
        keep(
                revision,
                new ChangeOrigin("node:" + revision.author().value(), "adopted"),
                ConfigPlan.between(current.model(), revision.model()));
        if (Branches.differ(revision, current)) {
            lose(current, revision);
        }
        cluster.install(revision);
    }

    private void lose(ConfigRevision lost, ConfigRevision winner) throws StoreUnavailable {
        keep(lost, Branches.lostTo(lost, winner), ConfigPlan.between(winner.model(), lost.model()));
        LOG.atWarn()
                .addKeyValue("event", "configuration_conflict")
                .addKeyValue("lost_revision", lost.number())
                .addKeyValue("lost_author", lost.author())
                .addKeyValue("revision", winner.number())
                .addKeyValue("author", winner.author())
                .log(
                        "two branches of the configuration met: the one that does not count is kept, see config conflicts");
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
        AuditLog.say(entry);
    }
}
