// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import static io.sluice.api.Samples.BY_TEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.agree.Ballots;
import io.sluice.api.agree.Contended;
import io.sluice.api.agree.Quorum;
import io.sluice.api.agree.Voter;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigVote;
import io.sluice.model.message.ConfigVoted;
import io.sluice.model.wire.RevisionDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Three nodes that are well and change the configuration all the time, each one change after the other, in virtual time.
 * With pauses of 0-50 ms, 20 attempts and ballots that begin below what the node's own voter has promised 6.6 % were refused.
 */
class RivalWritesTest {

    private static final List<NodeId> NODES = List.of(new NodeId("gw-1"), new NodeId("gw-2"), new NodeId("gw-3"));
    private static final ConfigRevision FIRST = new ConfigRevision(1, NODES.getFirst(), GatewayModel.EMPTY);

    /** Virtual. */
    private static final long RUN_NS = TimeUnit.SECONDS.toNanos(60);

    /** Virtual. */
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(5);

    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final VirtualTime time = new VirtualTime(7);
    private final Map<NodeId, Voter> voters = new TreeMap<>();
    private final Map<NodeId, Node> nodes = new TreeMap<>();
    private final List<Long> tookNs = new ArrayList<>();
    private int contended;

    private final class Node implements AgreedWrites.Desk, Ballots.Voters {

        private final NodeId id;
        private ConfigRevision current = FIRST;

        Node(NodeId id) {
            this.id = id;
        }

        @Override
        public ConfigRevision current() {
            return current;
        }

        @Override
        public void settle(ConfigRevision agreed) {
            publish(agreed);
        }

        @Override
        public void install(AgreedWrites.Proposal proposal) {
            publish(proposal.revision());
        }

        private void publish(ConfigRevision revision) {
            hear(revision);
            nodes.values().forEach(node -> time.in(onItsWay(), () -> node.hear(revision)));
        }

        private void hear(ConfigRevision revision) {
            if (revision.supersedes(current)) {
                current = revision;
            }
        }

        @Override
        public List<NodeId> present() {
            return NODES;
        }

        @Override
        public List<ConfigVoted> ask(List<NodeId> asked, ConfigVote vote, int needed) {
            List<ConfigVoted> votes = new ArrayList<>();
            for (NodeId voter : asked) {
                long wayNs = voter.equals(id) ? 0 : onItsWay();
                time.in(wayNs, () -> {
                    ConfigVoted answer = answer(voter, vote);
                    // a disk of a machine that is busy
                    time.pause(10 * MS + time.draw(20 * MS) + wayNs);
                    votes.add(answer);
                });
            }
            while (votes.size() < asked.size() && !isEnough(votes, needed)) {
                time.pause(MS);
            }
            return List.copyOf(votes);
        }

        private boolean isEnough(List<ConfigVoted> votes, int needed) {
            List<NodeId> granted = votes.stream()
                    .filter(ConfigVoted::granted)
                    .map(ConfigVoted::voter)
                    .toList();
            return granted.contains(id) && granted.size() >= needed;
        }

        void writeAllTheTime() {
            Quorum quorum = new Quorum(NODES.size(), false);
            AgreedWrites writes = new AgreedWrites(
                    new Ballots(id, quorum, this, () -> voters.get(id).promised()), this, time);
            while (time.nowNs() < RUN_NS) {
                long beganNs = time.nowNs();
                try {
                    writes.write(this::next, BY_TEST);
                } catch (Contended outvoted) {
                    contended++;
                } catch (StoreUnavailable refused) {
                    throw new AssertionError(refused);
                }
                tookNs.add(time.nowNs() - beganNs);
            }
        }

        private AgreedWrites.Plan next(ConfigRevision base) {
            ConfigRevision next = RevisionDigest.child(base, base.number() + 1, id, base.model());
            return new AgreedWrites.Plan(new ConfigDesk.Outdated(0), Optional.of(next), List.of());
        }
    }

    private long onItsWay() {
        return time.draw(20 * MS);
    }

    private ConfigVoted answer(NodeId voter, ConfigVote vote) {
        try {
            return voters.get(voter).vote(vote);
        } catch (StoreUnavailable impossible) {
            throw new AssertionError(impossible);
        }
    }

    @Test
    void whoIsOutvotedForAsLongAsItsClientWaitsIsToldThatNothingHasChanged() throws Exception {
        AgreedWrites writes = new AgreedWrites(Optional::empty, new Node(NODES.getFirst()), time);
        List<StoreUnavailable> refusals = new ArrayList<>();
        time.in(0, () -> {
            try {
                writes.write(
                        current -> {
                            throw new AssertionError("no ballot was won");
                        },
                        BY_TEST);
            } catch (StoreUnavailable refused) {
                refusals.add(refused);
            }
        });
        time.run();
        assertThat(refusals)
                .singleElement()
                .isInstanceOfSatisfying(
                        Contended.class,
                        refused -> assertThat(refused.mayTakeEffect()).isFalse());
        assertThat(refusals.getFirst()).hasMessageContaining("nothing has changed");
        assertThat(time.nowNs()).isBetween(Rivalry.PATIENCE_NS / 2, Rivalry.PATIENCE_NS);
    }

    @Test
    void noneOfThreeNodesThatWriteAllTheTimeIsRefused() throws Exception {
        for (NodeId id : NODES) {
            voters.put(id, new Voter(id, Voter.State.NEW, Voter.Memory.NONE));
            nodes.put(id, new Node(id));
        }
        nodes.values().forEach(node -> time.in(0, node::writeAllTheTime));
        time.run();
        assertThat(contended).as("of %d writes", tookNs.size()).isZero();
        assertThat(tookNs)
                .hasSizeGreaterThan(500)
                .allMatch(ns -> ns < LONGEST_NS, "shorter than a client likes to wait");
    }
}
