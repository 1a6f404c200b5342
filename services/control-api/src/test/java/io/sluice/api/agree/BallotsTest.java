// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigVote;
import io.sluice.model.message.ConfigVoted;
import io.sluice.model.wire.RevisionDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that vote on the configuration, in one thread: who is cut off, slow, full or restarted is the test's to say. */
class BallotsTest {

    private static final NodeId A = new NodeId("gw-1");
    private static final NodeId B = new NodeId("gw-2");
    private static final NodeId C = new NodeId("gw-3");
    private static final ConfigRevision BASE = new ConfigRevision(1, A, GatewayModel.EMPTY);

    private final Map<NodeId, Voter.State> disks = new HashMap<>();
    private final Map<NodeId, Voter> voters = new HashMap<>();
    private final Set<NodeId> cutOff = new HashSet<>();
    private final Set<NodeId> full = new HashSet<>();

    BallotsTest() {
        for (NodeId node : List.of(A, B, C)) {
            start(node);
        }
    }

    private void start(NodeId node) {
        voters.put(node, new Voter(node, disks.getOrDefault(node, Voter.State.NEW), state -> {
            if (full.contains(node)) {
                throw new StoreUnavailable("full");
            }
            disks.put(node, state);
        }));
    }

    /** The way of one node to the others. */
    private class Direct implements Ballots.Voters {

        private final NodeId self;

        Direct(NodeId self) {
            this.self = self;
        }

        boolean reaches(NodeId node) {
            return node.equals(self) || !(cutOff.contains(self) || cutOff.contains(node));
        }

        @Override
        public List<NodeId> present() {
            return voters.keySet().stream().filter(this::reaches).sorted().toList();
        }

        @Override
        public List<ConfigVoted> ask(List<NodeId> nodes, ConfigVote vote, int needed) {
            List<ConfigVoted> votes = new ArrayList<>();
            for (NodeId node : nodes) {
                if (!reaches(node)) {
                    continue;
                }
                try {
                    votes.add(voters.get(node).vote(vote));
                } catch (StoreUnavailable refused) {
                    // no answer
                }
            }
            return votes;
        }
    }

    private Ballots ballots(NodeId self) {
        return new Ballots(self, new Quorum(3, false), new Direct(self), () -> Ballot.NONE);
    }

    private static ConfigRevision next(Agreement.Attempt attempt, NodeId author) {
        ConfigRevision base = attempt.agreed().orElse(BASE);
        return RevisionDigest.child(base, base.number() + 1, author, GatewayModel.EMPTY);
    }

    @Test
    void whatOneNodeWroteIsWhatTheNextBuildsOn() throws Exception {
        Agreement.Attempt first = ballots(A).begin().orElseThrow();
        assertThat(first.agreed()).isEmpty();
        ConfigRevision written = next(first, A);
        assertThat(first.write(written)).isTrue();
        cutOff.add(A);
        Agreement.Attempt second = begun(ballots(B));
        assertThat(second.agreed()).contains(written);
    }

    /** Both have read the same; one of them must begin again, and then finds what the other wrote. */
    @Test
    void ofTwoThatWriteAtOnceOneIsToldToBeginAgain() throws Exception {
        Ballots a = ballots(A);
        Agreement.Attempt ofA = a.begin().orElseThrow();
        Agreement.Attempt ofB = ballots(B).begin().orElseThrow();
        ConfigRevision lost = next(ofA, A);
        ConfigRevision won = next(ofB, B);
        if (ofB.write(won)) {
            assertThat(ofA.write(lost)).isFalse();
        } else {
            // B's first ballot was smaller than A's
            Agreement.Attempt again = begun(ballots(B));
            won = next(again, B);
            assertThat(again.write(won)).isTrue();
            assertThat(ofA.write(lost)).isFalse();
        }
        assertThat(begun(a).agreed()).contains(won);
    }

    /** It has heard of what others write, and would otherwise begin with a ballot that nobody grants. */
    @Test
    void aNodeBeginsAboveWhatItsOwnVoterHasPromised() throws Exception {
        for (int n = 0; n < 5; n++) {
            Agreement.Attempt written = begun(ballots(A));
            assertThat(written.write(next(written, A))).isTrue();
        }
        Ballots b = new Ballots(
                B, new Quorum(3, false), new Direct(B), () -> voters.get(B).promised());
        assertThat(b.begin()).isPresent();
    }

    @Test
    void aMinorityMayNotWriteAndSaysWhoWasThereAndHowManyAreMissing() throws Exception {
        ConfigRevision before = next(ballots(A).begin().orElseThrow(), A);
        assertThat(begun(ballots(A))).isNotNull();
        cutOff.addAll(List.of(B, C));
        assertThatThrownBy(() -> ballots(A).begin())
                .isInstanceOf(NoMajority.class)
                .hasMessageContaining("need 2 of 3 members")
                .hasMessageContaining("only gw-1")
                .hasMessageContaining("expected 1 more")
                .hasMessageContaining("nothing has changed");
        cutOff.clear();
        cutOff.add(A);
        assertThat(begun(ballots(B)).agreed())
                .as("%s was never written", before)
                .isEmpty();
    }

    @Test
    void aNodeThatLosesTheOthersBetweenPromiseAndVoteSaysThatItIsNotKnown() throws Exception {
        Agreement.Attempt attempt = ballots(A).begin().orElseThrow();
        ConfigRevision halfWritten = next(attempt, A);
        cutOff.addAll(List.of(B, C));
        assertThatThrownBy(() -> attempt.write(halfWritten))
                .isInstanceOf(NoMajority.class)
                .hasMessageContaining("may yet take effect");
        cutOff.clear();
        cutOff.add(C);
        assertThat(settled(B).agreed())
                .as("a vote for it may be one of a majority")
                .contains(halfWritten);
    }

    /** A node that is started anew does not know of the ballots before. */
    private Agreement.Attempt settled(NodeId node) throws NoMajority {
        return begun(ballots(node));
    }

    private static Agreement.Attempt begun(Ballots ballots) throws NoMajority {
        Optional<Agreement.Attempt> attempt = ballots.begin();
        while (attempt.isEmpty()) {
            attempt = ballots.begin();
        }
        return attempt.get();
    }

    @Test
    void aNodeWhoseDiskIsFullMayNotWriteThoughTheOthersWould() {
        full.add(A);
        assertThatThrownBy(() -> ballots(A).begin()).isInstanceOf(NoMajority.class);
    }

    @Test
    void aVoterThatWasStartedAnewKeepsItsPromises() throws Exception {
        Agreement.Attempt attempt = ballots(C).begin().orElseThrow();
        for (NodeId node : List.of(A, B, C)) {
            start(node);
        }
        assertThat(ballots(C).begin()).as("a ballot that was promised before").isEmpty();
        assertThat(attempt.write(next(attempt, C))).isTrue();
    }

    /** The majority of the votes is one of those who promised: another node, which has heard of nothing, is not asked. */
    @Test
    void whoCameAfterThePromisesHasNoVote() throws Exception {
        voters.remove(C);
        Agreement.Attempt attempt = ballots(A).begin().orElseThrow();
        start(C);
        cutOff.add(B);
        assertThatThrownBy(() -> attempt.write(next(attempt, A)))
                .isInstanceOf(NoMajority.class)
                .hasMessageContaining("only gw-1");
    }

    @Test
    void aNodeThatCannotKeepItsVoteSaysThatThisIsWhatIsMissing() {
        full.add(A);
        assertThatThrownBy(() -> ballots(A).begin())
                .isInstanceOf(NoMajority.class)
                .hasMessageContaining("this node's own vote is missing");
    }

    /** Either of two may write while the other is away, and neither while the other is there and writes. */
    @Test
    void twoThatMayWriteAloneHearEachOtherWhileBothAreThere() throws Exception {
        voters.remove(C);
        Ballots a = new Ballots(A, new Quorum(2, true), new Direct(A), () -> Ballot.NONE);
        Ballots b = new Ballots(B, new Quorum(2, true), new Direct(B), () -> Ballot.NONE);
        Agreement.Attempt ofA = a.begin().orElseThrow();
        Agreement.Attempt ofB = begun(b);
        ConfigRevision won = next(ofB, B);
        assertThat(ofB.write(won)).isTrue();
        assertThat(ofA.write(next(ofA, A))).isFalse();
        assertThat(begun(a).agreed()).contains(won);
        cutOff.add(B);
        Agreement.Attempt alone = begun(a);
        assertThat(alone.write(next(alone, A))).isTrue();
    }

    @Test
    void moreMembersThanAreExpectedIsNoMajorityOfAnything() {
        voters.put(new NodeId("gw-4"), new Voter(new NodeId("gw-4"), Voter.State.NEW, Voter.Memory.NONE));
        assertThatThrownBy(() -> ballots(A).begin())
                .isInstanceOf(NoMajority.class)
                .hasMessageContaining("4 members instead of the 3")
                .hasMessageContaining("cluster.expected-members");
    }

    @ParameterizedTest
    @CsvSource({"1, false, 1", "2, false, 2", "2, true, 1", "3, false, 2", "4, false, 3", "5, false, 3", "64, false, 33"
    })
    void votesNeeded(int members, boolean allowTwoNode, int needed) {
        assertThat(new Quorum(members, allowTwoNode).votesNeeded()).isEqualTo(needed);
    }

    @Test
    void theOverrideIsForTwoNodesOnly() {
        assertThatThrownBy(() -> new Quorum(3, true)).hasMessageContaining("expected it left out, or false");
    }

    /**
     * Any number of nodes that write, lose votes and answers, and start anew: what was acknowledged is an ancestor of
     * whatever is acknowledged later.
     */
    @Test
    void noAcknowledgedWriteIsEverLost() throws Exception {
        for (long seed = 0; seed < 300; seed++) {
            history(seed);
        }
    }

    private void history(long seed) throws Exception {
        disks.clear();
        cutOff.clear();
        List.of(A, B, C).forEach(this::start);
        Random random = new Random(seed);
        Map<NodeId, Ballots> nodes = new HashMap<>();
        for (NodeId node : List.of(A, B, C)) {
            nodes.put(node, new Ballots(node, new Quorum(3, false), new Lossy(node, random), () -> Ballot.NONE));
        }
        Map<NodeId, Agreement.Attempt> open = new HashMap<>();
        Optional<ConfigRevision> last = Optional.empty();
        int acknowledged = 0;
        for (int step = 0; step < 120; step++) {
            NodeId node = List.of(A, B, C).get(random.nextInt(3));
            try {
                if (random.nextInt(10) == 0) {
                    start(node);
                    nodes.put(
                            node, new Ballots(node, new Quorum(3, false), new Lossy(node, random), () -> Ballot.NONE));
                    open.remove(node);
                } else if (!open.containsKey(node)) {
                    nodes.get(node).begin().ifPresent(attempt -> open.put(node, attempt));
                } else {
                    Agreement.Attempt attempt = open.remove(node);
                    ConfigRevision revision = next(attempt, node);
                    if (attempt.write(revision)) {
                        String before = last.map(RevisionDigest::of).orElse(RevisionDigest.of(BASE));
                        assertThat(revision.ancestors())
                                .as("seed %d, step %d", seed, step)
                                .contains(before);
                        last = Optional.of(revision);
                        acknowledged++;
                    }
                }
            } catch (NoMajority none) {
                open.remove(node);
            }
        }
        assertThat(acknowledged).as("seed %d", seed).isPositive();
    }

    /** A way on which questions and answers are lost, each by itself. */
    private final class Lossy extends Direct {

        private final NodeId self;
        private final Random random;

        Lossy(NodeId self, Random random) {
            super(self);
            this.self = self;
            this.random = random;
        }

        @Override
        public List<ConfigVoted> ask(List<NodeId> nodes, ConfigVote vote, int needed) {
            List<ConfigVoted> votes = new ArrayList<>();
            for (NodeId node : nodes) {
                boolean questionLost = !node.equals(self) && random.nextInt(4) == 0;
                boolean answerLost = !node.equals(self) && random.nextInt(4) == 0;
                try {
                    ConfigVoted answer = questionLost ? null : voters.get(node).vote(vote);
                    if (answer != null && !answerLost) {
                        votes.add(answer);
                    }
                } catch (StoreUnavailable impossible) {
                    throw new AssertionError(impossible);
                }
            }
            return votes;
        }
    }
}
