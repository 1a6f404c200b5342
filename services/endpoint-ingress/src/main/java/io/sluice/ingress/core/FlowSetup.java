// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowTouchedBatch;

/** What the pipelines ask of the outside for their flows; the verticle puts it on the bus. */
public interface FlowSetup {

    /**
     * Asks the authorities for some flows. The answer comes back through {@link FlowOpening#opened} or {@link
     * FlowOpening#openFailed}, exactly once for each flow, maybe in parts, on the shard's event loop, never from inside this
     * call.
     *
     * @param batch the question
     * @param tickets one for each flow of the batch, to be handed back
     */
    void open(FlowOpenBatch batch, long[] tickets);

    /**
     * Asks the authorities to take flows over. The answer comes back through {@link FlowOffers#adopted} or {@link
     * FlowOffers#adoptFailed}, exactly once for each part, on the shard's event loop, never from inside this call.
     *
     * @return the number of parts: authorities that are asked
     */
    int adopt(FlowAdoptBatch batch);

    /** Tells the authorities that flows ended. */
    void closed(FlowClosedBatch batch);

    /** Tells the authorities that flows are still in use. */
    void touched(FlowTouchedBatch batch);
}
