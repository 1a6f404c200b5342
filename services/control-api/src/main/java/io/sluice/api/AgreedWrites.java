// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.agree.Agreement;
import io.sluice.api.agree.Contended;
import io.sluice.api.agree.NoMajority;
import io.sluice.api.core.ConfigChange;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.wire.RevisionDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Has changes agreed on, one after the other: begins, settles what another node may have left half done, has the change made
 * of what is in force by then, proposes it, and does it all again where another node was faster, for as long as a {@link Rivalry}
 * has time.
 *
 * <p>A proposal that was outvoted may be settled by whoever finds it. So those of one change are remembered: where one turns
 * out to be in force, the change is done.
 *
 * <p><b>Threading</b>: any thread but an event loop. One change at a time: the others wait, and for nothing but this.
 */
final class AgreedWrites {

    /** Proposals of which it is remembered whose they were. */
    private static final int ORIGINS_MAX = 64;

    /**
     * A revision, whose doing it is, and what it changes.
     *
     * @param revision made of the one in force
     * @param origin whose doing it is
     * @param changes what it changes
     */
    record Proposal(ConfigRevision revision, ChangeOrigin origin, List<ConfigChange> changes) {

        /** Whether it is in force with another revision: that is the same, or was made from it. */
        boolean isIn(ConfigRevision inForce) {
            return revision.equals(inForce) || inForce.descendsFrom(RevisionDigest.of(revision));
        }

        ConfigDesk.Done done() {
            return new ConfigDesk.Done(revision, changes);
        }
    }

    /**
     * What is to become of the revision in force: another one, or an answer at once.
     *
     * @param answer where there is no other one
     * @param next the other one
     * @param changes what it changes
     */
    record Plan(ConfigDesk.Outcome answer, Optional<ConfigRevision> next, List<ConfigChange> changes) {}

    /**
     * Plans by the revision that is in force.
     *
     * @param <X> what it throws where there is to be no other one
     */
    interface Planner<X extends Exception> {
        Plan of(ConfigRevision current) throws X;
    }

    /** Where revisions come into force. */
    interface Desk {

        /** The revision in force. */
        ConfigRevision current();

        /**
         * Keeps a revision that another node proposed, and puts it in force; it has a majority. Does nothing where one that
         * counts more has been taken meanwhile: what others publish comes while votes are waited for.
         */
        void settle(ConfigRevision agreed) throws StoreUnavailable;

        /** Keeps a revision that was made here, and puts it in force; it has a majority. */
        void install(Proposal proposal) throws StoreUnavailable;
    }

    private final Agreement agreement;
    private final Desk desk;
    private final Rivalry.Time time;
    private final ReentrantLock turn = new ReentrantLock(true);

    /** Of proposals that did not get their votes at once, by digest. */
    private final Map<String, ChangeOrigin> origins = new LinkedHashMap<>();

    AgreedWrites(Agreement agreement, Desk desk) {
        this(agreement, desk, Rivalry.Time.REAL);
    }

    AgreedWrites(Agreement agreement, Desk desk, Rivalry.Time time) {
        this.agreement = agreement;
        this.desk = desk;
        this.time = time;
    }

    /**
     * Makes a change.
     *
     * @param planner says what it is; asked again where another node was faster
     * @param origin whose doing it is
     * @throws StoreUnavailable where it is not in force, and by {@link StoreUnavailable#mayTakeEffect} whether it may yet be
     */
    <X extends Exception> ConfigDesk.Outcome write(Planner<X> planner, ChangeOrigin origin) throws X, StoreUnavailable {
        Rivalry rivalry = new Rivalry(time);
        turn.lock();
        try {
            rivalry.turnHasCome();
            return new Write<>(planner, origin, rivalry).run();
        } finally {
            turn.unlock();
        }
    }

    /** Whose doing a revision is that was proposed here lately. */
    Optional<ChangeOrigin> originOf(ConfigRevision revision) {
        synchronized (origins) {
            return origins.isEmpty() ? Optional.empty() : Optional.ofNullable(origins.get(RevisionDigest.of(revision)));
        }
    }

    private void remember(Proposal proposal) {
        synchronized (origins) {
            origins.put(RevisionDigest.of(proposal.revision()), proposal.origin());
            if (origins.size() > ORIGINS_MAX) {
                origins.remove(origins.keySet().iterator().next());
            }
        }
    }

    /** One change. */
    private final class Write<X extends Exception> {

        private final Planner<X> planner;
        private final ChangeOrigin origin;
        private final Rivalry rivalry;
        private final List<Proposal> proposed = new ArrayList<>();
        private boolean outvoted;

        Write(Planner<X> planner, ChangeOrigin origin, Rivalry rivalry) {
            this.planner = planner;
            this.origin = origin;
            this.rivalry = rivalry;
        }

        ConfigDesk.Outcome run() throws X, StoreUnavailable {
            int attempts = 0;
            try {
                do {
                    attempts++;
                    outvoted = true;
                    rivalry.begins();
                    Optional<Agreement.Attempt> begun = agreement.begin();
                    Optional<ConfigDesk.Outcome> outcome = begun.isPresent() ? attempt(begun.get()) : Optional.empty();
                    // another node may have settled it while this one was outvoted
                    Optional<ConfigDesk.Outcome> done = outcome.or(this::inForce);
                    if (done.isPresent()) {
                        return done.get();
                    }
                } while (outvoted ? rivalry.waited() : rivalry.hasTime());
            } catch (NoMajority none) {
                throw none.of(!proposed.isEmpty());
            }
            throw new Contended(attempts, !proposed.isEmpty());
        }

        private Optional<ConfigDesk.Outcome> inForce() {
            return proposed.stream()
                    .filter(own -> own.isIn(desk.current()))
                    .findFirst()
                    .map(Proposal::done);
        }

        private Optional<ConfigDesk.Outcome> attempt(Agreement.Attempt attempt) throws X, StoreUnavailable {
            Optional<ConfigRevision> left = attempt.agreed().filter(agreed -> agreed.supersedes(desk.current()));
            if (left.isPresent()) {
                // it may have been agreed on: so it is, before anything is made of it
                if (!attempt.write(left.get())) {
                    return Optional.empty();
                }
                settle(left.get());
                outvoted = false;
            }
            Optional<ConfigDesk.Outcome> inForce = inForce();
            if (inForce.isPresent()) {
                return inForce;
            }
            return left.isPresent() ? Optional.empty() : propose(attempt);
        }

        private void settle(ConfigRevision left) throws StoreUnavailable {
            for (Proposal own : proposed) {
                if (own.isIn(left)) {
                    desk.install(own);
                }
            }
            desk.settle(left);
        }

        private Optional<ConfigDesk.Outcome> propose(Agreement.Attempt attempt) throws X, StoreUnavailable {
            Plan plan = planner.of(desk.current());
            if (plan.next().isEmpty()) {
                return Optional.of(plan.answer());
            }
            Proposal proposal = new Proposal(plan.next().get(), origin, plan.changes());
            proposed.add(proposal);
            boolean agreed = false;
            try {
                agreed = attempt.write(proposal.revision());
            } finally {
                if (!agreed) {
                    remember(proposal);
                }
            }
            if (!agreed) {
                return Optional.empty();
            }
            desk.install(proposal);
            return Optional.of(proposal.done());
        }
    }
}
