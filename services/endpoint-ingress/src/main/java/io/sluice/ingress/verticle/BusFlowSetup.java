// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import io.sluice.bus.BusFailure;
import io.sluice.bus.TypedBus;
import io.sluice.ingress.core.FlowSetup;
import io.sluice.ingress.core.OwnerParts;
import io.sluice.ingress.core.OwnerParts.Part;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.FlowParts;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Puts a shard's questions on the bus, each flow's to the node that decides about it.
 *
 * <p>Where nobody serves an address a request fails before the call returns: failures are therefore heard at the loop's next
 * turn.
 *
 * <p><b>Owners of an earlier release</b> refuse what says how often flows were moved, and are asked once more without. What has
 * no answer is told without to all but those that have answered such a question: each owner is offered flows when it begins.
 *
 * <p><b>Threading</b>: the shard's event loop.
 */
final class BusFlowSetup implements FlowSetup {

    /** Who hears the answers; on the shard's event loop. */
    interface Answers {

        /** A question's answer is there. */
        void opened(long[] tickets, FlowOpenedBatch answer);

        /** A question was not answered. */
        void openFailed(long[] tickets);

        /** An offer's answer is there. */
        void adopted(FlowAdoptBatch offer, FlowOpenedBatch answer);

        /** An offer was not answered. */
        void adoptFailed(FlowAdoptBatch offer);
    }

    private final TypedBus bus;
    private final Supplier<OwnerTable> owners;
    private final Answers answers;
    private final Consumer<Runnable> later;

    /** Nodes that have answered a question with numbers of moves in it. */
    private final Set<NodeId> knowMoves = new HashSet<>();

    /**
     * @param bus where the owners are asked
     * @param owners the newest view of who decides about what
     * @param answers hears the answers
     * @param later runs something at the loop's next turn
     */
    BusFlowSetup(TypedBus bus, Supplier<OwnerTable> owners, Answers answers, Consumer<Runnable> later) {
        this.bus = bus;
        this.owners = owners;
        this.answers = answers;
        this.later = later;
    }

    @Override
    public void open(FlowOpenBatch batch, long[] tickets) {
        for (Part<FlowOpenBatch> part : parts(batch.keys(), batch, FlowOpenBatch::part)) {
            long[] asked = FlowParts.longs(tickets, part.flows());
            if (part.owner() == null) {
                later.accept(() -> answers.openFailed(asked));
                continue;
            }
            ask(BusAddresses.FLOW_OPEN, part.owner(), part.batch(), FlowOpenBatch::withoutMoves)
                    .onComplete(
                            answer -> answers.opened(asked, answer),
                            failure -> later.accept(() -> answers.openFailed(asked)));
        }
    }

    @Override
    public int adopt(FlowAdoptBatch batch) {
        List<Part<FlowAdoptBatch>> parts = parts(batch.keys(), batch, FlowAdoptBatch::part);
        for (Part<FlowAdoptBatch> part : parts) {
            FlowAdoptBatch offer = part.batch();
            if (part.owner() == null) {
                later.accept(() -> answers.adoptFailed(offer));
                continue;
            }
            ask(BusAddresses.FLOW_ADOPT, part.owner(), offer, FlowAdoptBatch::withoutMoves)
                    .onComplete(
                            answer -> answers.adopted(offer, answer),
                            failure -> later.accept(() -> answers.adoptFailed(offer)));
        }
        return parts.size();
    }

    @Override
    public void closed(FlowClosedBatch batch) {
        tell(BusAddresses.FLOW_CLOSED, parts(batch.keys(), batch, FlowClosedBatch::part), UnaryOperator.identity());
    }

    @Override
    public void touched(FlowTouchedBatch batch) {
        tell(
                BusAddresses.FLOW_TOUCHED,
                parts(batch.keys(), batch, FlowTouchedBatch::part),
                FlowTouchedBatch::withoutMoves);
    }

    /** @param earlier what a node of an earlier release reads of it */
    private <B> Future<FlowOpenedBatch> ask(
            BusAddress<B, FlowOpenedBatch> address, NodeId owner, B batch, UnaryOperator<B> earlier) {
        BusAddress<B, FlowOpenedBatch> there = address.at(owner);
        return bus.request(there, batch)
                .onSuccess(answer -> knowMoves.add(owner))
                .recover(failure -> {
                    if (!(failure instanceof BusFailure refusal) || refusal.kind() != BusFailure.Kind.REFUSED) {
                        return Future.failedFuture(failure);
                    }
                    // who has read such messages has another reason; or is another process now, which the next question
                    // tells
                    return knowMoves.remove(owner)
                            ? Future.failedFuture(failure)
                            : bus.request(there, earlier.apply(batch));
                });
    }

    /** @param earlier what a node of an earlier release reads of it */
    private <B> void tell(BusAddress<B, Void> address, List<Part<B>> parts, UnaryOperator<B> earlier) {
        for (Part<B> part : parts) {
            NodeId owner = part.owner();
            if (owner != null) {
                bus.send(address.at(owner), knowMoves.contains(owner) ? part.batch() : earlier.apply(part.batch()));
            }
        }
    }

    private <B> List<Part<B>> parts(long[] keys, B batch, BiFunction<B, int[], B> partOf) {
        return OwnerParts.of(owners.get(), keys, batch, partOf);
    }
}
