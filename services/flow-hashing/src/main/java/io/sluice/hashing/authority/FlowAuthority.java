// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import java.util.concurrent.CompletionStage;

/**
 * Who decides about a flow: the one place where its target and cookie are remembered (architecture, section 5).
 *
 * <p>Both directions of a flow, wherever they enter, are answered from one record, so they get one target and one cookie
 * (F-4, F-6, W-16).
 *
 * <p><b>Threading</b>: confined to one event loop, on which the stages complete; {@link #records()} may be read from any
 * thread.
 */
public interface FlowAuthority {

    /** Takes over a configuration: which idle timeouts its endpoints' flows have. */
    void configure(GatewayModel model);

    /**
     * Answers for each flow with its record, or with a new one where the packet may open a flow.
     *
     * <p>{@link FlowOpenBatch#OPEN} with a cookie: the asker's flow of that cookie has just ended; its record is buried
     * first, also where another node used it last. {@link FlowOpenBatch#MOVE} with the record's cookie: the flow is pinned
     * to a healthy target under a new cookie, or {@link FlowOpenedBatch#UNMOVED} is answered; with another cookie somebody
     * has moved it already, and the record is answered; without a record the flow is opened under another cookie.
     *
     * <p>Of a flow that another authority decides about now, or whose record has still to be fetched, {@link
     * FlowOpenedBatch#NOT_YET} is answered.
     *
     * @return completes exceptionally where no target could be asked for: then nothing was remembered
     */
    CompletionStage<FlowOpenedBatch> open(FlowOpenBatch batch);

    /**
     * Takes flows over that were decided without it. A record it has already wins and is what the answer says, but where the
     * offer is of the same flow (creation) and was moved more often: then the record takes its target and cookie.
     */
    FlowOpenedBatch adopt(FlowAdoptBatch batch);

    /** Flows are still in use; those without a record get one. */
    void touched(FlowTouchedBatch batch);

    /** Flows ended at the node that used them last. */
    void closed(FlowClosedBatch batch);

    /** A flow's record as it is, {@link FlowOpenedBatch#NO_FLOW} where there is none; nothing changes by the question. */
    FlowOpenedBatch record(FlowKey key);

    /** Forgets a bounded part of what nobody has used for its idle timeout; to be called each 20 ms. */
    void sweep();

    /** Copies what has changed to where it is kept beside this memory; to be called each few milliseconds. */
    void copy();

    /** Completes on the authority's event loop once everything that has changed is copied, or cannot be. */
    CompletionStage<?> flush();

    /** Flows remembered now. */
    int records();
}
