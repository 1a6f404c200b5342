// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.EndpointService;
import io.sluice.model.config.FailOpen;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.InnerKind;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Principal;
import io.sluice.model.config.Tags;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetFailover;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.FlowState;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The values behind the committed fixtures of version 1; {@code regenerate.py} beside the fixtures has them too. */
final class WireSamples {

    private static final NodeId NODE = new NodeId("gw-1.example_A");
    private static final long ENDPOINT = 0x0A1B2C3D4E5F6071L;
    private static final long T1 = 1_764_000_000_000L;
    private static final long T2 = 1_764_000_123_456L;
    private static final int C1 = 0x8102A3B4;
    private static final int C2 = 0x41FFFFFF;
    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");
    private static final TargetGroupId FIREWALLS = new TargetGroupId("firewalls");
    private static final TargetRef FIRST = new TargetRef(FIREWALLS, new TargetId("10.1.0.11"), 1);
    private static final TargetRef SECOND = new TargetRef(FIREWALLS, new TargetId("appliance-2"), 0x0102030405060708L);
    private static final List<TargetRef> TARGETS = List.of(FIRST, SECOND);

    /** A TCP flow of IPv4 and an ESP flow of IPv6. */
    private static final long[] KEYS = {
        ENDPOINT,
        0,
        0x0A000001L,
        0,
        0x0A000002L,
        FlowKey.traits(443, 51_000, 6, 4, Stickiness.FIVE_TUPLE),
        ENDPOINT,
        0x20010DB8_00000000L,
        1,
        0x20010DB8_00000000L,
        2,
        FlowKey.traits(0, 0, 50, 6, Stickiness.THREE_TUPLE)
    };

    /** One value for each message that has something to say which its first version cannot. */
    static final List<Object> OF_VERSION_2 = List.of(
            new FlowOpenBatch(NODE, KEYS, new byte[] {FlowOpenBatch.OPEN, FlowOpenBatch.MOVE}, new int[] {0, C2}, true),
            new FlowOpenedBatch(
                    TARGETS,
                    new int[] {1, FlowOpenedBatch.NO_FLOW, 0},
                    new int[] {C1, 0, C2},
                    new long[] {T1, 0, T2},
                    new int[] {2, 0, FlowRecord.MOVES_MAX}),
            new FlowAdoptBatch(
                    NODE, KEYS, TARGETS, new int[] {1, 0}, new int[] {C1, C2}, new long[] {T1, T2}, new int[] {
                        0, FlowRecord.MOVES_MAX
                    }),
            new FlowTouchedBatch(
                    NODE,
                    KEYS,
                    TARGETS,
                    new int[] {1, 0},
                    new int[] {C1, C2},
                    new long[] {T1, T2},
                    new long[] {T2, T2 + 1},
                    new int[] {300, 1}),
            new HealthChanged(
                    NODE,
                    T1,
                    78,
                    true,
                    List.of(
                            new TargetHealth(FIRST, AZ1, HealthState.INITIAL, HealthReason.INITIAL_HEALTH_CHECKING, 0),
                            new TargetHealth(SECOND, AZ2, HealthState.UNUSED, HealthReason.NOT_IN_USE, 0)),
                    List.of(new TargetHealth(FIRST, AZ1, HealthState.UNHEALTHY, HealthReason.TIMEOUT, T2))));

    /** One value for each message, and one for what is kept of a flow. */
    static final List<Object> ALL = List.of(
            new FlowOpenBatch(
                    NODE, KEYS, new byte[] {FlowOpenBatch.MOVE, FlowOpenBatch.RECORD_ONLY}, new int[] {C1, 0}),
            new FlowOpenedBatch(
                    TARGETS,
                    new int[] {1, FlowOpenedBatch.DROPPED, 0, FlowOpenedBatch.UNMOVED},
                    new int[] {C1, 0, C2, 0},
                    new long[] {T1, 0, T2, 0}),
            new FlowAdoptBatch(NODE, KEYS, TARGETS, new int[] {1, 0}, new int[] {C1, C2}, new long[] {T1, T2}),
            new FlowCorrectedBatch(NODE, KEYS, new int[] {C1, C2}),
            new FlowClosedBatch(NODE, KEYS, new int[] {C1, C2}, new byte[] {2, 5}),
            new FlowTouchedBatch(
                    NODE, KEYS, TARGETS, new int[] {1, 0}, new int[] {C1, C2}, new long[] {T1, T2}, new long[] {
                        T2, T2 + 1
                    }),
            new TargetSelectBatch(new long[] {ENDPOINT, 5}, new long[] {-2, Long.MAX_VALUE}, new byte[] {0, 1}),
            new TargetSelectedBatch(TARGETS, new int[] {1, FlowOpenedBatch.NO_TARGET, 0}),
            new TargetObserved(
                    NODE,
                    T1,
                    List.of(
                            new TargetObserved.Observation(FIRST, 1, 2, 3, 4, 5),
                            new TargetObserved.Observation(SECOND, 0, 0, 0, 0, 1L << 40)),
                    List.of(
                            new DataPathVerdict(FIRST, AZ1, DataPathVerdict.State.PASSING),
                            new DataPathVerdict(SECOND, AZ2, DataPathVerdict.State.SILENT))),
            new HealthChanged(
                    NODE,
                    T1,
                    77,
                    List.of(
                            new TargetHealth(FIRST, AZ1, HealthState.HEALTHY, HealthReason.NONE, T1),
                            new TargetHealth(
                                    SECOND, AZ2, HealthState.UNHEALTHY, HealthReason.RESPONSE_CODE_MISMATCH, T2),
                            new TargetHealth(
                                    FIRST, AZ2, HealthState.INITIAL, HealthReason.REGISTRATION_IN_PROGRESS, T2),
                            new TargetHealth(
                                    SECOND, AZ1, HealthState.DRAINING, HealthReason.DEREGISTRATION_IN_PROGRESS, 0))),
            new ConfigChanged(new ConfigRevision(42, NODE, List.of("00112233", "44556677"), model())),
            new ConfigVote(new Ballot(7, NODE), new ConfigRevision(42, NODE, List.of("00112233"), model())),
            new ConfigVoted(NODE, true, new Ballot(7, NODE), new Ballot(6, new NodeId("gw-2")), null),
            new LeaseKept(NODE, new TargetGroupId("firewalls"), new TargetId("10.1.0.11"), 30_000),
            new NodeStatus(NODE, T1, List.of("ingress", "flow-hashing"), 42),
            new FlowListRequest(
                    10_000,
                    Optional.of(new FlowListRequest.Wanted(new TargetGroupId("firewalls"), new TargetId("fw-1")))),
            new FlowListReply(
                    NODE,
                    1L << 33,
                    List.of(
                            new FlowListReply.Flow(
                                    FlowKey.copyOf(KEYS, 0),
                                    true,
                                    FIRST,
                                    C1,
                                    FlowState.ESTABLISHED,
                                    false,
                                    1000,
                                    10,
                                    3,
                                    180,
                                    2,
                                    120),
                            new FlowListReply.Flow(
                                    FlowKey.copyOf(KEYS, FlowKey.WORDS),
                                    false,
                                    SECOND,
                                    C2,
                                    FlowState.CLOSED,
                                    true,
                                    0,
                                    0,
                                    0,
                                    0,
                                    1,
                                    1400))),
            new FlowFindRequest(FlowKey.copyOf(KEYS, 0)),
            new FlowEventsWanted(NODE),
            new FlowEvents(
                    NODE,
                    7,
                    List.of(
                            new FlowEvents.Event(
                                    T1,
                                    new NodeId("gw-2"),
                                    FlowEvents.Change.OPENED,
                                    FlowEnd.IDLE,
                                    FlowKey.copyOf(KEYS, 0),
                                    FIRST,
                                    C1),
                            new FlowEvents.Event(
                                    T2,
                                    NODE,
                                    FlowEvents.Change.CLOSED,
                                    FlowEnd.REMOVED,
                                    FlowKey.copyOf(KEYS, FlowKey.WORDS),
                                    SECOND,
                                    C2))),
            new FlowRecord(FlowKey.copyOf(KEYS, 0), SECOND, C1, T1 / 8_000, T1, 3, T2, NODE, true, true),
            new LinkHello(
                    NODE, T1, AZ1, LinkHello.Side.CODEC, Ipv4SocketAddress.parse("10.0.0.5:6082"), 12_345, T2, -2),
            new CountersRequest(),
            new CountersReply(
                    NODE,
                    new TreeMap<>(Map.of("endpoint-in", 12L, "target-out", 1L << 50)),
                    new TreeMap<>(Map.of("no_flow", 0L, "table_full", 3L))));

    private WireSamples() {}

    private static GatewayModel model() {
        EndpointServiceId offer = new EndpointServiceId("offer");
        LoadBalancerId inspection = new LoadBalancerId("inspection");
        return new GatewayModel(
                List.of(AZ1, AZ2),
                List.of(
                        new TargetGroup(
                                FIREWALLS,
                                new HealthCheckSpec(
                                        HealthCheckSpec.Protocol.HTTP, 8080, "/zustand?prüfe=1", 15_000, 2_500, 3, 4),
                                Stickiness.FIVE_TUPLE,
                                new FailurePolicy(TargetFailover.REBALANCE, 120_000, true, false, FailOpen.BYPASS),
                                new DataPathProbe(true, true, 250, 7),
                                new PassiveDetection(true, 400),
                                30_000,
                                false,
                                List.of(
                                        new Target(FIRST.id(), Ipv4Address.parse("10.1.0.11"), 6081, AZ1, 1, 1),
                                        new Target(
                                                SECOND.id(),
                                                Ipv4Address.parse("203.0.113.200"),
                                                16_081,
                                                AZ2,
                                                250,
                                                SECOND.registration(),
                                                T2)),
                                Tags.of(Map.of("team", "Netz", "stück", ""))),
                        new TargetGroup(
                                new TargetGroupId("spare"),
                                HealthCheckSpec.DEFAULT,
                                Stickiness.THREE_TUPLE,
                                List.of())),
                List.of(new LoadBalancer(
                        inspection,
                        List.of(AZ1, AZ2),
                        new Listener(FIREWALLS, 350_000, true),
                        true,
                        IpAddressType.IPV4,
                        true,
                        new PacketPolicy(false, false, true, 1_380, true, 1_432),
                        Tags.of(Map.of("cost", "42")))),
                List.of(
                        new EndpointService(
                                offer,
                                List.of(inspection),
                                false,
                                List.of(
                                        new Principal("arn:aws:iam::123456789012:role/ops"),
                                        new Principal("210987654321")),
                                IpAddressType.DUALSTACK,
                                "000000000007",
                                Tags.of(Map.of("a", "b"))),
                        new EndpointService(new EndpointServiceId("spare"), List.of(inspection))),
                List.of(
                        new Endpoint(
                                new EndpointId(ENDPOINT),
                                new Vni(100),
                                AZ1,
                                new Backing.Service(offer),
                                List.of(
                                        Ipv4SocketAddress.parse("10.0.0.5:6080"),
                                        Ipv4SocketAddress.parse("10.0.0.6:40000")),
                                "123456789012",
                                InnerKind.ETHERNET,
                                5_000,
                                IpAddressType.IPV4,
                                Admission.REJECTED,
                                Tags.of(Map.of("k", "v"))),
                        new Endpoint(
                                new EndpointId(ENDPOINT + 1),
                                new Vni(101),
                                AZ2,
                                inspection,
                                List.of(Ipv4SocketAddress.parse("10.0.0.7:6080")))));
    }
}
