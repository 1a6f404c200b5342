// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigVote;
import io.sluice.model.message.ConfigVoted;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Writes by ballots: the proposer of CASPaxos. Each attempt is one ballot: promises of a majority first, then its votes.
 *
 * <p>The node's own vote is always among those it needs: a node whose disk is full cannot write.
 *
 * <p><b>Threading</b>: as {@link Agreement}; one attempt at a time.
 */
public final class Ballots implements Agreement {

    /** Brings a question to the voters. */
    public interface Voters {

        /** Members that are there now, this node among them. */
        List<NodeId> present();

        /**
         * Asks all that are there, and waits until enough have granted it, or all have answered or are late.
         *
         * @param needed how many are enough, this node's own among them
         * @return what was answered
         */
        List<ConfigVoted> ask(ConfigVote vote, int needed);
    }

    private final NodeId self;
    private final Quorum quorum;
    private final Voters voters;
    private long round;

    /**
     * @param self this node
     * @param quorum how many votes are needed
     * @param voters who has them
     */
    public Ballots(NodeId self, Quorum quorum, Voters voters) {
        this.self = self;
        this.quorum = quorum;
        this.voters = voters;
    }

    @Override
    public synchronized Attempt begin() throws NoMajority {
        List<NodeId> present = voters.present();
        if (present.size() > quorum.members()) {
            throw new NoMajority("the configuration cannot be changed now: " + names(present) + " are there, "
                    + present.size() + " members instead of the " + quorum.members()
                    + " that cluster.expected-members says: expected the same true number on every node");
        }
        if (present.size() < quorum.votesNeeded()) {
            throw new NoMajority(tooFew(present) + "; nothing has changed");
        }
        round++;
        Ballot ballot = new Ballot(round, self);
        List<ConfigVoted> votes = voters.ask(new ConfigVote(ballot, null), quorum.votesNeeded());
        learn(votes);
        if (!suffice(votes)) {
            if (outvoted(votes, ballot)) {
                return new Lost();
            }
            throw new NoMajority(tooFew(granted(votes)) + "; nothing has changed");
        }
        return new Open(ballot, newest(votes));
    }

    private static Optional<ConfigRevision> newest(List<ConfigVoted> votes) {
        return votes.stream()
                .filter(ConfigVoted::granted)
                .max(Comparator.comparing(ConfigVoted::acceptedIn))
                .flatMap(vote -> Optional.ofNullable(vote.accepted()));
    }

    private void learn(List<ConfigVoted> votes) {
        votes.forEach(vote -> round = Math.max(round, vote.promised().round()));
    }

    private boolean suffice(List<ConfigVoted> votes) {
        List<NodeId> granted = granted(votes);
        return granted.contains(self) && granted.size() >= quorum.votesNeeded();
    }

    private static boolean outvoted(List<ConfigVoted> votes, Ballot ballot) {
        return votes.stream()
                .anyMatch(vote -> !vote.granted() && vote.promised().compareTo(ballot) >= 0);
    }

    private static List<NodeId> granted(List<ConfigVoted> votes) {
        return votes.stream()
                .filter(ConfigVoted::granted)
                .map(ConfigVoted::voter)
                .toList();
    }

    private String tooFew(List<NodeId> reached) {
        return "configuration writes need " + quorum.votesNeeded() + " of " + quorum.members()
                + " members, and only " + (reached.isEmpty() ? "none" : names(reached)) + " could be reached: expected "
                + (quorum.votesNeeded() - reached.size()) + " more";
    }

    private static String names(List<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).sorted().collect(Collectors.joining(", "));
    }

    /** An attempt that another node's greater ballot ended before it began. */
    private static final class Lost implements Attempt {

        @Override
        public Optional<ConfigRevision> agreed() {
            return Optional.empty();
        }

        @Override
        public boolean write(ConfigRevision revision) {
            return false;
        }
    }

    private final class Open implements Attempt {

        private final Ballot ballot;
        private final Optional<ConfigRevision> agreed;

        Open(Ballot ballot, Optional<ConfigRevision> agreed) {
            this.ballot = ballot;
            this.agreed = agreed;
        }

        @Override
        public Optional<ConfigRevision> agreed() {
            return agreed;
        }

        @Override
        public boolean write(ConfigRevision revision) throws NoMajority {
            synchronized (Ballots.this) {
                List<ConfigVoted> votes = voters.ask(new ConfigVote(ballot, revision), quorum.votesNeeded());
                learn(votes);
                if (suffice(votes)) {
                    return true;
                }
                if (outvoted(votes, ballot)) {
                    return false;
                }
                throw new NoMajority(tooFew(granted(votes)) + "; the change may yet take effect when they can");
            }
        }
    }
}
