// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.address;

import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.ConfigVote;
import io.sluice.model.message.ConfigVoted;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.CountersRequest;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowCorrectedBatch;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.FlowEventsWanted;
import io.sluice.model.message.FlowFindRequest;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.LeaseKept;
import io.sluice.model.message.LinkHello;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.message.TargetObserved;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.List;

/** Every address of the bus. Requests are addressed to a node with {@link BusAddress#at}; events are published. */
public final class BusAddresses {

    /** Flow set-up: ingress to the authority; the deadline is the architecture's (section 5, miss 4). */
    public static final BusAddress<FlowOpenBatch, FlowOpenedBatch> FLOW_OPEN =
            new BusAddress<>("sluice.flow.open.v1", FlowOpenBatch.class, FlowOpenedBatch.class, 20);

    /** Provisional flows an ingress asks the authority to take over as they are, unless it has a record. */
    public static final BusAddress<FlowAdoptBatch, FlowOpenedBatch> FLOW_ADOPT =
            new BusAddress<>("sluice.flow.adopt.v1", FlowAdoptBatch.class, FlowOpenedBatch.class, 200);

    /** Flows that ended: ingress to the authority. */
    public static final BusAddress<FlowClosedBatch, Void> FLOW_CLOSED =
            new BusAddress<>("sluice.flow.closed.v1", FlowClosedBatch.class, Void.class, 0);

    /** Flows still in use: ingress to the authority. */
    public static final BusAddress<FlowTouchedBatch, Void> FLOW_TOUCHED =
            new BusAddress<>("sluice.flow.touched.v1", FlowTouchedBatch.class, Void.class, 0);

    /** Flows whose records are others than somebody knows: the authority, published. */
    public static final BusAddress<FlowCorrectedBatch, Void> FLOW_CORRECTED =
            new BusAddress<>("sluice.flow.corrected.v1", FlowCorrectedBatch.class, Void.class, 0);

    /** Picks for new flows: authority to selection. */
    public static final BusAddress<TargetSelectBatch, TargetSelectedBatch> TARGET_SELECT =
            new BusAddress<>("sluice.target.select.v1", TargetSelectBatch.class, TargetSelectedBatch.class, 10);

    /** What codecs see of targets: published. */
    public static final BusAddress<TargetObserved, Void> TARGET_OBSERVED =
            new BusAddress<>("sluice.target.observed.v1", TargetObserved.class, Void.class, 0);

    /** Health as one prober sees it: published. */
    public static final BusAddress<HealthChanged, Void> HEALTH_CHANGED =
            new BusAddress<>("sluice.health.changed.v1", HealthChanged.class, Void.class, 0);

    /** The configuration: published. */
    public static final BusAddress<ConfigChanged, Void> CONFIG_CHANGED =
            new BusAddress<>("sluice.config.changed.v1", ConfigChanged.class, Void.class, 0);

    /** A node that wants to write the configuration asks another for its vote; the voter waits for its disk. */
    public static final BusAddress<ConfigVote, ConfigVoted> CONFIG_VOTE =
            new BusAddress<>("sluice.config.vote.v1", ConfigVote.class, ConfigVoted.class, 2_000);

    /** Leases that were granted, renewed or given up: published, for whoever else has one of the same target. */
    public static final BusAddress<LeaseKept, Void> LEASE_KEPT =
            new BusAddress<>("sluice.lease.kept.v1", LeaseKept.class, Void.class, 0);

    /** Nodes that are there: published. */
    public static final BusAddress<NodeStatus, Void> NODE_STATUS =
            new BusAddress<>("sluice.node.status.v1", NodeStatus.class, Void.class, 0);

    /** Flows of one ingress node. */
    public static final BusAddress<FlowListRequest, FlowListReply> FLOW_LIST =
            new BusAddress<>("sluice.flow.list.v1", FlowListRequest.class, FlowListReply.class, 2_000);

    /** One flow of one ingress node's tables. */
    public static final BusAddress<FlowFindRequest, FlowListReply> FLOW_FIND =
            new BusAddress<>("sluice.flow.find.v1", FlowFindRequest.class, FlowListReply.class, 2_000);

    /** One flow's record of one authority: one outcome, and nothing is remembered of the question. */
    public static final BusAddress<FlowFindRequest, FlowOpenedBatch> FLOW_RECORD =
            new BusAddress<>("sluice.flow.record.v1", FlowFindRequest.class, FlowOpenedBatch.class, 2_000);

    /** Somebody listens to flow events: published. */
    public static final BusAddress<FlowEventsWanted, Void> FLOW_EVENTS_WANTED =
            new BusAddress<>("sluice.flow.listened.v1", FlowEventsWanted.class, Void.class, 0);

    /** What became of flows: published while somebody listens. */
    public static final BusAddress<FlowEvents, Void> FLOW_EVENTS =
            new BusAddress<>("sluice.flow.events.v1", FlowEvents.class, Void.class, 0);

    /** Processes with one half of the packet path that are there: published. */
    public static final BusAddress<LinkHello, Void> LINK_HELLO =
            new BusAddress<>("sluice.link.hello.v1", LinkHello.class, Void.class, 0);

    /** Processes with one half of the packet path that are about to stop: published; sealed in another way than a hello. */
    public static final BusAddress<LinkHello, Void> LINK_GOODBYE =
            new BusAddress<>("sluice.link.goodbye.v1", LinkHello.class, Void.class, 0);

    /** Packet counters of one node. */
    public static final BusAddress<CountersRequest, CountersReply> NODE_COUNTERS =
            new BusAddress<>("sluice.node.counters.v1", CountersRequest.class, CountersReply.class, 2_000);

    /** All of them. */
    public static final List<BusAddress<?, ?>> ALL = List.of(
            FLOW_OPEN,
            FLOW_ADOPT,
            FLOW_CLOSED,
            FLOW_TOUCHED,
            FLOW_CORRECTED,
            TARGET_SELECT,
            TARGET_OBSERVED,
            HEALTH_CHANGED,
            CONFIG_CHANGED,
            CONFIG_VOTE,
            LEASE_KEPT,
            NODE_STATUS,
            FLOW_LIST,
            FLOW_FIND,
            FLOW_RECORD,
            FLOW_EVENTS_WANTED,
            FLOW_EVENTS,
            LINK_HELLO,
            LINK_GOODBYE,
            NODE_COUNTERS);

    private BusAddresses() {}
}
