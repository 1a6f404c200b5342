// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import io.sluice.bus.TypedBus;
import io.sluice.ingress.core.FlowSetup;
import io.sluice.ingress.core.OwnerParts;
import io.sluice.ingress.core.OwnerParts.Part;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Puts a shard's questions on the bus, each flow's to the node that decides about it.
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
        List<Part> parts = OwnerParts.of(owners.get(), batch.keys());
        for (Part part : parts) {
            boolean whole = parts.size() == 1;
            long[] asked = whole ? tickets : pick(tickets, part.flows());
            if (part.owner() == null) {
                later.accept(() -> answers.openFailed(asked));
                continue;
            }
            bus.request(BusAddresses.FLOW_OPEN.at(part.owner()), whole ? batch : batch.part(part.flows()))
                    .onComplete(answer -> answers.opened(asked, answer), failure -> answers.openFailed(asked));
        }
    }

    private static long[] pick(long[] tickets, int[] flows) {
        long[] picked = new long[flows.length];
        for (int i = 0; i < flows.length; i++) {
            picked[i] = tickets[flows[i]];
        }
        return picked;
    }

    @Override
    public int adopt(FlowAdoptBatch batch) {
        List<Part> parts = OwnerParts.of(owners.get(), batch.keys());
        for (Part part : parts) {
            FlowAdoptBatch offer = parts.size() == 1 ? batch : batch.part(part.flows());
            if (part.owner() == null) {
                later.accept(() -> answers.adoptFailed(offer));
                continue;
            }
            bus.request(BusAddresses.FLOW_ADOPT.at(part.owner()), offer)
                    .onComplete(answer -> answers.adopted(offer, answer), failure -> answers.adoptFailed(offer));
        }
        return parts.size();
    }

    @Override
    public void closed(FlowClosedBatch batch) {
        List<Part> parts = OwnerParts.of(owners.get(), batch.keys());
        for (Part part : parts) {
            if (part.owner() != null) {
                bus.send(
                        BusAddresses.FLOW_CLOSED.at(part.owner()),
                        parts.size() == 1 ? batch : batch.part(part.flows()));
            }
        }
    }

    @Override
    public void touched(FlowTouchedBatch batch) {
        List<Part> parts = OwnerParts.of(owners.get(), batch.keys());
        for (Part part : parts) {
            if (part.owner() != null) {
                bus.send(
                        BusAddresses.FLOW_TOUCHED.at(part.owner()),
                        parts.size() == 1 ? batch : batch.part(part.flows()));
            }
        }
    }
}
