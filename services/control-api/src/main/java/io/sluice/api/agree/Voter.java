// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigVote;
import io.sluice.model.message.ConfigVoted;
import org.jspecify.annotations.Nullable;

/**
 * One node's vote on the configuration: an acceptor of CASPaxos, a register that any node may write by compare and set.
 *
 * <p>It promises each ballot once, to the greatest, and accepts a revision only in the ballot that it promised last. As two
 * majorities share a voter, whoever has the promises of one hears of every revision that another had accepted.
 *
 * <p><b>Source</b>: D. Rystsov, "CASPaxos: Replicated State Machines without logs", 2018.
 *
 * <p><b>Threading</b>: any thread but an event loop, as each vote waits for the disk; one at a time.
 * What was promised is said without waiting for that.
 */
public final class Voter {

    /**
     * What a voter must not forget.
     *
     * @param promised greatest ballot promised
     * @param acceptedIn ballot of what was accepted last
     * @param accepted what was accepted last; null for nothing
     */
    public record State(
            Ballot promised, Ballot acceptedIn, @Nullable ConfigRevision accepted) {

        /** That of a voter who has never been asked. */
        public static final State NEW = new State(Ballot.NONE, Ballot.NONE, null);
    }

    /** Where the state is kept. */
    public interface Memory {

        /** That of a process without a data directory. */
        Memory NONE = state -> {};

        /** What was kept is on the disk when it returns. */
        void keep(State state) throws StoreUnavailable;
    }

    private final NodeId self;
    private final Memory memory;
    private volatile State state;

    /**
     * @param self this node
     * @param state as it was kept
     * @param memory keeps it
     */
    public Voter(NodeId self, State state, Memory memory) {
        this.self = self;
        this.state = state;
        this.memory = memory;
    }

    /** The greatest ballot promised. */
    public Ballot promised() {
        return state.promised();
    }

    /**
     * Votes.
     *
     * @throws StoreUnavailable where the vote cannot be kept; then there is none
     */
    public synchronized ConfigVoted vote(ConfigVote asked) throws StoreUnavailable {
        boolean promise = asked.proposed() == null;
        int order = asked.ballot().compareTo(state.promised());
        if (promise ? order <= 0 : order < 0) {
            return new ConfigVoted(self, false, state.promised(), state.acceptedIn(), null);
        }
        State next = promise
                ? new State(asked.ballot(), state.acceptedIn(), state.accepted())
                : new State(asked.ballot(), asked.ballot(), asked.proposed());
        memory.keep(next);
        state = next;
        return new ConfigVoted(self, true, next.promised(), next.acceptedIn(), promise ? next.accepted() : null);
    }
}
