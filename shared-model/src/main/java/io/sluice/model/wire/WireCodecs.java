// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.flow.FlowRecord;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.ConfigVoted;
import java.util.List;

/** The codec of every message on the bus. */
public final class WireCodecs {

    /** A configuration revision: also the form it is kept in on disk. */
    public static final WireCodec<ConfigChanged> CONFIG_CHANGED = new ConfigChangedCodec();

    /** A vote on the configuration: also the form a voter keeps its state in. */
    public static final WireCodec<ConfigVoted> CONFIG_VOTED = new ConfigVotedCodec();

    /** A flow's record: the form it is kept in, in the cluster's map and in a journal. No message. */
    public static final WireCodec<FlowRecord> FLOW_RECORD = new FlowRecordCodec();

    /** All messages, in the order of the addresses; unmodifiable. */
    public static final List<WireCodec<?>> ALL = List.of(
            new FlowOpenBatchCodec(),
            new FlowOpenedBatchCodec(),
            new FlowAdoptBatchCodec(),
            new FlowClosedBatchCodec(),
            new FlowCorrectedBatchCodec(),
            new FlowTouchedBatchCodec(),
            new TargetSelectBatchCodec(),
            new TargetSelectedBatchCodec(),
            new TargetObservedCodec(),
            new HealthChangedCodec(),
            CONFIG_CHANGED,
            new ConfigVoteCodec(),
            CONFIG_VOTED,
            new LeaseKeptCodec(),
            new NodeStatusCodec(),
            new FlowListRequestCodec(),
            new FlowListReplyCodec(),
            new FlowFindRequestCodec(),
            new FlowEventsWantedCodec(),
            new FlowEventsCodec(),
            new LinkHelloCodec(),
            new CountersRequestCodec(),
            new CountersReplyCodec());

    private WireCodecs() {}
}
