// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.datagram.PacketSlab;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.ReturnTrail;
import java.util.ArrayList;
import java.util.List;

/** An ingress beside the one under test. */
final class RigForward implements ReturnForward {

    private static final int OFFERS_KEPT = 16;

    /** Of each of the first returns that were offered whether its flow was known. */
    final List<Boolean> offered = new ArrayList<>(OFFERS_KEPT);

    /** The trail of the last one. */
    long offeredTrail;

    /** Whether there is another ingress that takes what is offered. */
    boolean takes;

    /** What the next return has behind it. */
    long trail = ReturnTrail.NONE;

    private final PacketSlab slab;

    RigForward(PacketSlab slab) {
        this.slab = slab;
    }

    @Override
    public long trail() {
        return trail;
    }

    @Override
    public boolean forward(
            int slot,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            long trail,
            boolean flowKnown) {
        if (offered.size() < OFFERS_KEPT) {
            offered.add(flowKnown);
        }
        offeredTrail = trail;
        if (takes) {
            slab.release(slot);
        }
        return takes;
    }
}
