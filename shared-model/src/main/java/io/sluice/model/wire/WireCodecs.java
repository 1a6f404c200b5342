// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import java.util.List;

/** The codec of every message on the bus. */
public final class WireCodecs {

    /** All of them, in the order of the addresses; unmodifiable. */
    public static final List<WireCodec<?>> ALL = List.of(
            new FlowOpenBatchCodec(),
            new FlowOpenedBatchCodec(),
            new FlowAdoptBatchCodec(),
            new FlowClosedBatchCodec(),
            new FlowTouchedBatchCodec(),
            new TargetSelectBatchCodec(),
            new TargetSelectedBatchCodec(),
            new TargetObservedCodec(),
            new HealthChangedCodec(),
            new ConfigChangedCodec(),
            new NodeStatusCodec(),
            new FlowListRequestCodec(),
            new FlowListReplyCodec(),
            new FlowFindRequestCodec(),
            new FlowEventsWantedCodec(),
            new FlowEventsCodec(),
            new CountersRequestCodec(),
            new CountersReplyCodec());

    private WireCodecs() {}
}
