// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.agree.AgreedButNotKept;
import io.sluice.api.agree.Agreement;
import io.sluice.api.core.Admissions;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process makes configuration revisions: out of documents, and when a target has drained.
 *
 * <p>A process's first revision is the one it starts with ({@link StartingConfiguration}), each further one has the number
 * it follows plus one: numbers rise across restarts. Which of them this process publishes, {@link #toPublish} says.
 *
 * <p>A revision is agreed on and in the store before it takes effect or is published. Where too few nodes agree, or it
 * cannot be kept, it is not in force. Revisions of other processes are in the store before they take effect here; one that
 * another branch replaced stays there, marked as lost.
 *
 * <p>Where several processes have the role, the author of the current revision removes drained targets; another one
 * steps in {@value #GRACE_MS} ms later.
 *
 * <p><b>Threading</b>: any thread, for what writes to the store any but an event loop. Changes are made one at a time, by
 * {@link AgreedWrites}; while one waits for other nodes, what they publish is taken all the same.
 */
public final class ConfigDesk {

    /** How long another process's desk leaves its drained targets to it. */
    static final long GRACE_MS = 10_000;

    /** How long what lost to another branch here is published: others may have heard of the winner only. */
    static final long LOST_SAID_MS = 60_000;

    /** So many at once at most. */
    private static final int LOST_SAID_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ConfigDesk.class);

    private final NodeId self;
    private final ClusterView cluster;
    private final RevisionStore store;
    private final AgreedWrites writes;
    private final boolean alone;
    private final LongSupplier wallClockMs;
    private volatile ConfigRevision own;
    /** The newest {@value #LOST_SAID_MAX}, the oldest first. */
    private volatile List<Displaced> displaced = List.of();

    /**
     * What was in force here until another branch replaced it.
     *
     * @param untilMs milliseconds since 1970 until when others are told
     */
    private record Displaced(ConfigRevision revision, long untilMs) {}

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
        this.writes = new AgreedWrites(agreement, new InForce());
        this.alone = agreement.equals(Agreement.ALONE);
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
    public Outcome apply(GatewayModel desired, OptionalLong expectedRevision, boolean dryRun, ChangeOrigin origin)
            throws StoreUnavailable {
        return write(current -> planned(current, desired, expectedRevision), dryRun, origin);
    }

    private <X extends Exception> Outcome write(AgreedWrites.Planner<X> planner, boolean dryRun, ChangeOrigin origin)
            throws X, StoreUnavailable {
        return dryRun ? planner.of(cluster.revision()).answer() : writes.write(planner, origin);
    }

    private AgreedWrites.Plan planned(ConfigRevision current, GatewayModel desired, OptionalLong expectedRevision) {
        if (expectedRevision.isPresent() && expectedRevision.getAsLong() != current.number()) {
            return answer(new Outdated(current.number()));
        }
        List<LoadBalancerId> guarded = NextModel.protectedFromDeletion(current.model(), desired);
        if (!guarded.isEmpty()) {
            return answer(new Protected(guarded));
        }
        GatewayModel next = NextModel.of(current.model(), desired, wallClockMs.getAsLong(), numberAfter(current));
        return plan(current, next, ConfigPlan.between(current.model(), next));
    }

    /** The first of a cluster has the time for its number, as that of a process alone has. */
    private long numberAfter(ConfigRevision current) {
        return current.number() == 0 ? Math.max(1, wallClockMs.getAsLong()) : current.number() + 1;
    }

    private static AgreedWrites.Plan answer(Outcome answer) {
        return new AgreedWrites.Plan(answer, Optional.empty(), List.of());
    }

    private AgreedWrites.Plan plan(ConfigRevision current, GatewayModel next, List<ConfigChange> changes) {
        return new AgreedWrites.Plan(
                new Done(current, changes),
                next.equals(current.model())
                        ? Optional.empty()
                        : Optional.of(RevisionDigest.child(current, numberAfter(current), self, next)),
                changes);
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
    }

    /**
     * Puts an edited document in force, or says what that would change: nothing comes between reading and writing it.
     *
     * @param edit makes it of the one in force
     * @param dryRun whether to plan only
     * @param origin whose doing it is
     * @throws StoreUnavailable where the revision cannot be kept; then it is not in force
     */
    public <X extends Exception> Outcome edit(Edit<X> edit, boolean dryRun, ChangeOrigin origin)
            throws X, StoreUnavailable {
        return write(current -> edited(current, edit), dryRun, origin);
    }

    /**
     * Whether an edit would change nothing, as far as this process knows: for what is asked for again and again and needs
     * nobody's vote then, as the renewal of a lease is. Waits for nobody.
     *
     * @return the revision in force; empty where it would change something
     */
    public <X extends Exception> Optional<Done> unchanged(Edit<X> edit) throws X {
        ConfigRevision current = cluster.revision();
        GatewayModel declared = Draining.declared(current.model());
        return edit.of(declared).equals(declared) ? Optional.of(new Done(current, List.of())) : Optional.empty();
    }

    private <X extends Exception> AgreedWrites.Plan edited(ConfigRevision current, Edit<X> edit) throws X {
        GatewayModel declared = Draining.declared(current.model());
        GatewayModel desired = edit.of(declared);
        return desired.equals(declared)
                ? answer(new Done(current, List.of()))
                : planned(current, desired, OptionalLong.empty());
    }

    /**
     * Finds out what was agreed on, and puts it in force; proposes what a file says where nothing ever was.
     *
     * @return whether the file is in force by that
     * @throws StoreUnavailable where too few nodes agree, or it cannot be kept
     */
    public boolean propose(GatewayModel file) throws StoreUnavailable {
        Outcome outcome = write(
                current -> current.number() == 0
                        ? new AgreedWrites.Plan(
                                new Done(current, List.of()),
                                Optional.of(RevisionDigest.child(
                                        current,
                                        numberAfter(current),
                                        self,
                                        Admissions.decided(GatewayModel.EMPTY, file))),
                                ConfigPlan.between(GatewayModel.EMPTY, file))
                        : answer(new Outdated(current.number())),
                false,
                byNode("configuration file"));
        return outcome instanceof Done;
    }

    private ChangeOrigin byNode(String act) {
        return ChangeOrigin.ofNode(self, act);
    }

    /**
     * Makes a revision without the targets that have drained, where it is this process's turn.
     *
     * @return whether there is a new one
     * @throws StoreUnavailable where it cannot be kept; then the targets stay until it can
     */
    public boolean removeDrained() throws StoreUnavailable {
        if (drained(cluster.revision()).next().isEmpty()) {
            return false;
        }
        long before = cluster.revision().number();
        Outcome outcome = write(this::drained, false, byNode("drained"));
        return outcome instanceof Done done && done.revision() != before;
    }

    private AgreedWrites.Plan drained(ConfigRevision current) {
        long graceMs = current.author().equals(self) ? 0 : GRACE_MS;
        GatewayModel next = Draining.afterDelays(current.model(), wallClockMs.getAsLong() - graceMs)
                .model();
        return plan(current, next, Draining.left(current.model(), next));
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

    /**
     * The revisions to publish. The current one, where this process made it, or settled what a vanished writer left.
     * Another process's is its own to publish, but where a node is heard that works with an older one: the author may be
     * gone, for good.
     *
     * <p>For {@value #LOST_SAID_MS} ms also those that it replaced here and that it was not made from: where this process
     * heard of the winner before anybody heard of the loser, nobody else would ever keep that. They come behind the winner,
     * and not while a node is heard that works with an older one: it could take what lost.
     */
    public List<ConfigRevision> toPublish() {
        List<Displaced> branches = displaced; // before the current one, which counts more than each of them then
        ConfigRevision current = cluster.revision();
        boolean someoneIsBehind = cluster.someoneIsBehind(current);
        long nowMs = wallClockMs.getAsLong();
        List<ConfigRevision> lost = branches.stream()
                .filter(branch -> !someoneIsBehind && nowMs < branch.untilMs())
                .map(Displaced::revision)
                .toList();
        if (!own.equals(current) && !someoneIsBehind && lost.isEmpty()) {
            return List.of();
        }
        List<ConfigRevision> all = new ArrayList<>(List.of(current));
        all.addAll(lost);
        return all;
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
        if (heard.number() == 0) {
            return; // a file of a node that has not heard of anything else yet
        }
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
                writes.originOf(revision).orElseGet(() -> ChangeOrigin.ofNode(revision.author(), "adopted")),
                ConfigPlan.between(current.model(), revision.model()));
        if (Branches.differ(revision, current) && !hasTheKeyOf(revision, current)) {
            lose(current, revision);
            cluster.install(revision);
            displace(current);
        } else {
            cluster.install(revision);
        }
    }

    private void displace(ConfigRevision lost) {
        List<Displaced> more = new ArrayList<>(displaced);
        more.add(new Displaced(lost, wallClockMs.getAsLong() + LOST_SAID_MS));
        displaced = List.copyOf(more.subList(Math.max(0, more.size() - LOST_SAID_MAX), more.size()));
    }

    /** Then the store has taken the one for the other already. */
    private static boolean hasTheKeyOf(ConfigRevision one, ConfigRevision other) {
        return one.number() == other.number() && one.author().equals(other.author());
    }

    private void lose(ConfigRevision lost, ConfigRevision winner) throws StoreUnavailable {
        keep(lost, ChangeOrigin.ofLost(lost, winner), ConfigPlan.between(winner.model(), lost.model()));
        LOG.atWarn()
                .addKeyValue("event", "configuration_conflict")
                .addKeyValue("lost_revision", lost.number())
                .addKeyValue("lost_author", lost.author())
                .addKeyValue("revision", winner.number())
                .addKeyValue("author", winner.author())
                .log(
                        "two branches of the configuration met: the one that does not count is kept, see config conflicts");
    }

    /** Where revisions come into force that have a majority: whole, and one at a time. */
    private final class InForce implements AgreedWrites.Desk {

        @Override
        public ConfigRevision current() {
            return cluster.revision();
        }

        @Override
        public void settle(ConfigRevision agreed) throws StoreUnavailable {
            synchronized (ConfigDesk.this) {
                if (agreed.supersedes(cluster.revision())) {
                    take(agreed);
                    own = agreed;
                }
            }
        }

        @Override
        public void install(AgreedWrites.Proposal proposal) throws StoreUnavailable {
            synchronized (ConfigDesk.this) {
                try {
                    keep(proposal.revision(), proposal.origin(), proposal.changes());
                } catch (StoreUnavailable notKept) {
                    throw alone ? notKept : new AgreedButNotKept(notKept);
                }
                own = proposal.revision();
                cluster.install(proposal.revision());
            }
        }
    }

    private void keep(ConfigRevision revision, ChangeOrigin origin, List<ConfigChange> changes)
            throws StoreUnavailable {
        AuditEntry entry = AuditEntry.ofRevision(wallClockMs.getAsLong(), origin, revision.number(), changes);
        store.append(revision, entry, null);
        AuditLog.say(entry);
    }
}
