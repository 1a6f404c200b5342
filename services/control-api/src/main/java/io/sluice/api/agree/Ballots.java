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
import java.util.function.Supplier;
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
         * Asks, and waits until enough have granted it, or all have answered or are late.
         *
         * @param nodes whom
         * @param needed how many are enough, this node's own among them
         * @return what was answered
         */
        List<ConfigVoted> ask(List<NodeId> nodes, ConfigVote vote, int needed);
    }

    private final NodeId self;
    private final Quorum quorum;
    private final Voters voters;
    private final Supplier<Ballot> promisedHere;
    private long round;

    /**
     * @param self this node
     * @param quorum how many votes are needed
     * @param voters who has them
     * @param promisedHere the greatest ballot that this node's own voter has promised: no smaller one could be won
     */
    public Ballots(NodeId self, Quorum quorum, Voters voters, Supplier<Ballot> promisedHere) {
        this.promisedHere = promisedHere;
        this.self = self;
        this.quorum = quorum;
        this.voters = voters;
    }

    @Override
    public synchronized Optional<Attempt> begin() throws NoMajority {
        List<NodeId> present = voters.present();
        if (present.size() > quorum.members()) {
            throw new NoMajority(
                    "the configuration cannot be changed now: " + names(present) + " are there, "
                            + present.size() + " members instead of the " + quorum.members()
                            + " that cluster.expected-members says: expected the same true number on every node",
                    false);
        }
        if (present.size() < quorum.votesNeeded()) {
            throw new NoMajority(tooFew(present), false);
        }
        round = Math.max(round, promisedHere.get().round()) + 1;
        Ballot ballot = new Ballot(round, self);
        List<ConfigVoted> votes = ask(present, new ConfigVote(ballot, null));
        if (suffice(votes, ballot)) {
            return Optional.of(new Open(present, ballot, newest(votes)));
        }
        if (outvoted(votes, ballot)) {
            return Optional.empty();
        }
        throw new NoMajority(tooFew(granted(votes)), false);
    }

    private List<ConfigVoted> ask(List<NodeId> nodes, ConfigVote vote) {
        List<ConfigVoted> votes = voters.ask(nodes, vote, quorum.votesAwaited(nodes.size()));
        votes.forEach(answer -> round = Math.max(round, answer.promised().round()));
        return votes;
    }

    private static Optional<ConfigRevision> newest(List<ConfigVoted> votes) {
        return votes.stream()
                .filter(ConfigVoted::granted)
                .max(Comparator.comparing(ConfigVoted::acceptedIn))
                .flatMap(vote -> Optional.ofNullable(vote.accepted()));
    }

    private boolean suffice(List<ConfigVoted> votes, Ballot ballot) {
        List<NodeId> granted = granted(votes);
        return granted.contains(self)
                && granted.size() >= quorum.votesNeeded()
                && !(quorum.allowTwoNode() && outvoted(votes, ballot));
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
        if (!reached.contains(self) && reached.size() >= quorum.votesNeeded()) {
            return "this node's own vote is missing, as it cannot be kept or did not come in time (its log says which);"
                    + " the members reached were " + names(reached)
                    + ": expected another node to be asked, or room on this one's disk";
        }
        return "configuration writes need " + quorum.votesNeeded() + " of " + quorum.members()
                + " members, and only " + (reached.isEmpty() ? "none" : names(reached)) + " could be reached: expected "
                + Math.max(1, quorum.votesNeeded() - reached.size()) + " more";
    }

    private static String names(List<NodeId> nodes) {
        return nodes.stream().map(NodeId::value).sorted().collect(Collectors.joining(", "));
    }

    private final class Open implements Attempt {

        /** Who was asked for promises is asked for votes, and nobody else: their majorities meet. */
        private final List<NodeId> nodes;

        private final Ballot ballot;
        private final Optional<ConfigRevision> agreed;

        Open(List<NodeId> nodes, Ballot ballot, Optional<ConfigRevision> agreed) {
            this.nodes = nodes;
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
                List<ConfigVoted> votes = ask(nodes, new ConfigVote(ballot, revision));
                if (suffice(votes, ballot)) {
                    return true;
                }
                if (outvoted(votes, ballot)) {
                    return false;
                }
                throw new NoMajority(tooFew(granted(votes)), true);
            }
        }
    }
}
