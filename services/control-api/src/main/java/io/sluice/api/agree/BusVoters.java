// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigVote;
import io.sluice.model.message.ConfigVoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The voters of the cluster, asked over the bus: every node that said lately that it is there. */
public final class BusVoters implements Ballots.Voters {

    /** Longer than any request's deadline, that of this node's own included. */
    private static final long WAIT_MS = 5_000;

    private final TypedBus bus;
    private final NodeId self;
    private final Supplier<List<NodeId>> heard;

    /**
     * @param bus where voters are asked
     * @param self this node
     * @param heard the nodes that said lately that they are there
     */
    public BusVoters(TypedBus bus, NodeId self, Supplier<List<NodeId>> heard) {
        this.bus = bus;
        this.self = self;
        this.heard = heard;
    }

    @Override
    public List<NodeId> present() {
        Set<NodeId> nodes = new TreeSet<>(heard.get());
        nodes.add(self);
        return List.copyOf(nodes);
    }

    @Override
    public List<ConfigVoted> ask(List<NodeId> nodes, ConfigVote vote, int needed) {
        Count count = new Count(nodes.size(), needed);
        for (NodeId node : nodes) {
            bus.request(BusAddresses.CONFIG_VOTE.at(node), vote).onComplete(count::voted, refused -> count.answered());
        }
        return count.await();
    }

    /** Counts answers, from whatever thread they come. */
    private final class Count {

        private final List<ConfigVoted> votes = new ArrayList<>();
        private final CompletableFuture<Boolean> done = new CompletableFuture<>();
        private final int asked;
        private final int needed;
        private int answers;

        Count(int asked, int needed) {
            this.asked = asked;
            this.needed = needed;
        }

        synchronized void voted(ConfigVoted vote) {
            votes.add(vote);
            answered();
        }

        synchronized void answered() {
            answers++;
            long granted = votes.stream().filter(ConfigVoted::granted).count();
            boolean own = votes.stream().anyMatch(vote -> vote.voter().equals(self));
            if (answers >= asked || (own && granted >= needed)) {
                done.complete(true);
            }
        }

        List<ConfigVoted> await() {
            try {
                done.get(WAIT_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException late) {
                // what has come counts
            }
            synchronized (this) {
                return List.copyOf(votes);
            }
        }
    }
}
