// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import io.sluice.api.agree.Quorum;
import io.sluice.api.verticle.AdminTls;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.datagram.DatagramTransport;
import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
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
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.Vni;
import io.sluice.model.id.Zone;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a file says and what a node is told: all defaults, every key. */
class NodeConfigTest {

    private static final Path REPOSITORY = Path.of("..", "..");
    private static final Zone AZ1 = new Zone("az1");
    private static final Zone AZ2 = new Zone("az2");
    private static final Zone AZ3 = new Zone("az3");

    private static Ipv4SocketAddress address(String text) {
        return Ipv4SocketAddress.parse(text);
    }

    private static Target target(String id, int port, Zone zone, int weight) {
        return new Target(new TargetId(id), Ipv4Address.parse(id), port, zone, weight, 1);
    }

    /** What is reached from one zone is not what is reached from another, so nobody speaks for a zone that is not its own. */
    @Test
    void h2ProbesFromTheZonesThatItHasAnAddressInAndWithoutTheCodecFromItsOwnAlone() throws Exception {
        String twoZones = Configurations.LEAST.replace(
                "{listen: \"10.1.0.1\"}", "{listen: \"10.1.0.1\", zones: {az2: \"10.1.0.2\"}}");
        assertThat(Configurations.read(twoZones).probeSources())
                .containsOnly(
                        entry(AZ1, Optional.of(Ipv4Address.parse("10.1.0.1"))),
                        entry(AZ2, Optional.of(Ipv4Address.parse("10.1.0.2"))));
        assertThat(Configurations.read("node: {zone: az2, roles: [health-checking]}\n")
                        .probeSources())
                .containsOnly(entry(AZ2, Optional.empty()));
    }

    @Test
    void hasADefaultForEveryKeyThatNeedNotBeSaid() throws Exception {
        NodeConfig config = Configurations.read(Configurations.LEAST);
        assertThat(config.id()).isEqualTo(new NodeId(InetAddress.getLocalHost().getHostName()));
        assertThat(config.zone()).isEqualTo(AZ1);
        assertThat(config.roles()).isEqualTo(EnumSet.allOf(Role.class));
        assertThat(config.transport()).isEqualTo(DatagramTransport.IO_URING);
        assertThat(config.flowCapacity()).isEqualTo(1_000_000);
        assertThat(config.secretFile()).isNull();
        assertThat(config.acceptedSecretFile()).isNull();
        assertThat(config.cluster().isAlone()).isTrue();
        assertThat(config.ingress()).isEqualTo(address("10.0.0.1:6080"));
        assertThat(config.appliances()).containsExactly(entry(AZ1, address("10.1.0.1:6081")));
        assertThat(config.sourcePorts()).isEqualTo(4);
        assertThat(config.admin()).isEqualTo(address("127.0.0.1:8080"));
        assertThat(config.model())
                .isEqualTo(new GatewayModel(
                        List.of(AZ1),
                        List.of(new TargetGroup(
                                new TargetGroupId("firewalls"),
                                new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, 80, "/", 10_000, 5_000, 5, 2),
                                Stickiness.FIVE_TUPLE,
                                List.of(target("10.1.0.11", 6081, AZ1, 1)))),
                        List.of(new LoadBalancer(
                                new LoadBalancerId("inspection"),
                                List.of(AZ1),
                                new Listener(new TargetGroupId("firewalls"), 350_000))),
                        List.of(new Endpoint(
                                        EndpointId.parse("vpce-0a1b2c3d4e5f60718"),
                                        new Vni(100),
                                        AZ1,
                                        new LoadBalancerId("inspection"),
                                        List.of(address("10.0.0.2:6080")))
                                .with(Admission.UNDECIDED))));
    }

    @Test
    void hasADefaultForEveryKeyOfAnEndpointServiceThatNeedNotBeSaid() throws Exception {
        assertThat(Configurations.read(
                                Configurations.LEAST + "endpoint-services: [{name: s, load-balancers: [inspection]}]")
                        .model()
                        .endpointServices())
                .containsExactly(new EndpointService(
                        new EndpointServiceId("s"),
                        List.of(new LoadBalancerId("inspection")),
                        true,
                        List.of(),
                        IpAddressType.IPV4,
                        "000000000000",
                        Tags.NONE));
    }

    @Test
    void mapsEveryKeyOfServicesAndTheirEndpoints() throws Exception {
        GatewayModel model = Configurations.read("""
                node: {roles: [control-api], zone: az1}
                target-groups: [{name: g, tags: {a: 1, "b c": "yes"}}]
                load-balancers: [{name: b, listener: {target-group: g}, tags: {cost: low}}]
                endpoint-services:
                  - name: s
                    load-balancers: [b]
                    acceptance-required: false
                    allowed-principals: ["210987654321", "arn:aws:iam::123456789012:role/ops"]
                    ip-address-types: [ipv6, ipv4]
                    account: "000000000001"
                    tags: {owner: ops}
                endpoints:
                  - id: vpce-0a1b2c3d4e5f60718
                    vni: 1
                    service: s
                    account: "123456789012"
                    ip-address-type: ipv4
                    connection: rejected
                    tags: {site: berlin}
                    attachments: ["10.0.0.2"]
                """).model();
        assertThat(model.targetGroups().getFirst().tags()).isEqualTo(Tags.of(Map.of("a", "1", "b c", "yes")));
        assertThat(model.loadBalancers().getFirst().tags()).isEqualTo(Tags.of(Map.of("cost", "low")));
        assertThat(model.endpointServices())
                .containsExactly(new EndpointService(
                        new EndpointServiceId("s"),
                        List.of(new LoadBalancerId("b")),
                        false,
                        List.of(new Principal("210987654321"), new Principal("arn:aws:iam::123456789012:role/ops")),
                        IpAddressType.DUALSTACK,
                        "000000000001",
                        Tags.of(Map.of("owner", "ops"))));
        assertThat(model.endpoints())
                .containsExactly(new Endpoint(
                        EndpointId.parse("vpce-0a1b2c3d4e5f60718"),
                        new Vni(1),
                        AZ1,
                        new Backing.Service(new EndpointServiceId("s")),
                        List.of(address("10.0.0.2:6080")),
                        "123456789012",
                        InnerKind.IP,
                        0,
                        IpAddressType.IPV4,
                        Admission.REJECTED,
                        Tags.of(Map.of("site", "berlin"))));
    }

    @Test
    void hasADefaultForEveryKeyOfAClusterThatIsNamedButNotDescribed() throws Exception {
        assertThat(Configurations.read(Configurations.LEAST + "cluster: {}").cluster())
                .isEqualTo(new ClusterSettings("sluice", address("127.0.0.1:5701"), List.of()));
    }

    /** Who is expected is who is listed, the node itself among them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 1",
                "'cluster: {}' | 1",
                "'cluster: {members: [\"10.2.0.1\"]}' | 2",
                "'cluster: {listen: \"10.2.0.1:5701\", members: [\"10.2.0.1\", \"10.2.0.2\", \"10.2.0.3\"]}' | 3",
                "'cluster: {expected-members: 5}' | 5"
            })
    void expectsAsManyMembersAsAreListed(String cluster, int members) throws Exception {
        assertThat(Configurations.read(Configurations.LEAST + cluster).quorum()).isEqualTo(new Quorum(members, false));
    }

    @Test
    void mapsEveryKey() throws Exception {
        NodeConfig config = Configurations.read("""
                node:
                  id: gw-7
                  zone: az2
                  roles: [ingress, codec, control-api]
                  shards: 4
                  transport: epoll
                  flow-capacity: 2000
                  secret-file: secrets/master
                  accepted-secret-file: secrets/former
                cluster: {name: other, listen: "10.2.0.1:5711", members: ["10.2.0.1:5711", "10.2.0.2"],
                          expected-members: 2, allow-two-node: true, probers: 5}
                ingress: {listen: "10.0.0.1:6090"}
                appliances: {listen: "10.1.0.1:6081", zones: {az3: "10.1.0.3", az1: "10.1.0.2:6081"}, source-ports: 8}
                link: {listen: "10.3.0.1:6092"}
                admin: {listen: "0.0.0.0:9090", tls: {certificate: tls/admin.crt, key: /etc/tls/admin.key}}
                zones: [az3, az2, az1]
                target-groups:
                  - name: firewalls
                    target-type: ip
                    health-check:
                      {protocol: HTTP, port: 8081, path: "/alive?deep=1", interval: 5m, timeout: 2000ms,
                       healthy-threshold: 10, unhealthy-threshold: 3}
                    stickiness: 5-tuple
                    target-failover: rebalance
                    deregistration-delay: 1h
                    send-tcp-reset: {on-unhealthy: true, on-deregistration: true}
                    fail-open: bypass
                    slow-start: 30s
                    probe: {data-path: true, negative: true, interval: 50ms, failures: 5}
                    passive-detection: {enabled: true, silence: 200ms}
                    return-tuple-check: false
                    targets:
                      - {id: 10.1.0.11, zone: az1, weight: 1000, port: 7081}
                      - {id: 10.1.0.12}
                  - {name: spare, stickiness: 2-tuple, fail-open: drop, health-check: {protocol: HTTPS, port: traffic-port}}
                load-balancers:
                  - name: inspection
                    zones: [az1, az3]
                    cross-zone: true
                    ip-address-type: ipv4
                    deletion-protection: true
                    listener: {target-group: firewalls, tcp-idle-timeout: 1h, send-tcp-reset-on-idle-timeout: true}
                    packets:
                      {fragments: 3-tuple, icmp-error-affinity: 3-tuple, pmtud: true, mss-clamp: 1360,
                       tcp-midstream-pickup: true, mtu: 1432}
                endpoints:
                  - id: vpce-0a1b2c3d4e5f60718
                    vni: 16777215
                    zone: az3
                    load-balancer: inspection
                    attachments: ["10.0.0.2", "10.0.0.3:7000"]
                    account: "123456789012"
                    inner: ethernet
                    flow-quota: 1000
                """);
        assertThat(config)
                .isEqualTo(new NodeConfig(
                        new NodeId("gw-7"),
                        AZ2,
                        Set.of(Role.INGRESS, Role.CODEC, Role.CONTROL_API),
                        DatagramTransport.EPOLL,
                        4,
                        2_000,
                        "secrets/master",
                        "secrets/former",
                        new ClusterSettings(
                                "other",
                                address("10.2.0.1:5711"),
                                List.of(address("10.2.0.1:5711"), address("10.2.0.2:5701"))),
                        new Quorum(2, true),
                        5,
                        address("10.0.0.1:6090"),
                        Map.of(
                                AZ2,
                                address("10.1.0.1:6081"),
                                AZ3,
                                address("10.1.0.3:6081"),
                                AZ1,
                                address("10.1.0.2:6081")),
                        8,
                        address("10.3.0.1:6092"),
                        address("0.0.0.0:9090"),
                        new AdminTls(Path.of("tls/admin.crt"), Path.of("/etc/tls/admin.key")),
                        new GatewayModel(
                                List.of(AZ3, AZ2, AZ1),
                                List.of(
                                        new TargetGroup(
                                                new TargetGroupId("firewalls"),
                                                new HealthCheckSpec(
                                                        HealthCheckSpec.Protocol.HTTP,
                                                        8_081,
                                                        "/alive?deep=1",
                                                        300_000,
                                                        2_000,
                                                        10,
                                                        3),
                                                Stickiness.FIVE_TUPLE,
                                                new FailurePolicy(
                                                        TargetFailover.REBALANCE,
                                                        3_600_000,
                                                        true,
                                                        true,
                                                        FailOpen.BYPASS),
                                                new DataPathProbe(true, true, 50, 5),
                                                new PassiveDetection(true, 200),
                                                30_000,
                                                false,
                                                List.of(
                                                        target("10.1.0.11", 7_081, AZ1, 1_000),
                                                        target("10.1.0.12", 6_081, AZ2, 1))),
                                        new TargetGroup(
                                                new TargetGroupId("spare"),
                                                new HealthCheckSpec(
                                                        HealthCheckSpec.Protocol.HTTPS,
                                                        6_081,
                                                        "/",
                                                        10_000,
                                                        5_000,
                                                        5,
                                                        2),
                                                Stickiness.TWO_TUPLE,
                                                new FailurePolicy(
                                                        TargetFailover.NO_REBALANCE,
                                                        300_000,
                                                        false,
                                                        false,
                                                        FailOpen.DROP),
                                                DataPathProbe.DEFAULT,
                                                PassiveDetection.DEFAULT,
                                                0,
                                                true,
                                                List.of())),
                                List.of(new LoadBalancer(
                                        new LoadBalancerId("inspection"),
                                        List.of(AZ1, AZ3),
                                        new Listener(new TargetGroupId("firewalls"), 3_600_000, true),
                                        true,
                                        IpAddressType.IPV4,
                                        true,
                                        new PacketPolicy(false, false, true, 1_360, true, 1_432))),
                                List.of(new Endpoint(
                                                EndpointId.parse("vpce-0a1b2c3d4e5f60718"),
                                                new Vni(16_777_215),
                                                AZ3,
                                                new LoadBalancerId("inspection"),
                                                List.of(address("10.0.0.2:6090"), address("10.0.0.3:7000")),
                                                "123456789012",
                                                InnerKind.ETHERNET,
                                                1_000)
                                        .with(Admission.UNDECIDED))),
                        config.digest()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "io_uring_channel", "epoll", "nio"})
    void knowsEveryTransport(String transport) throws ConfigException {
        NodeConfig config = Configurations.read(Configurations.LEAST + "node: {transport: " + transport + "}");
        assertThat(config.transport().text()).isEqualTo(transport);
    }

    @Test
    void takesZonesThatAreNamedAnywhereWhereNoneAreDeclared() throws ConfigException {
        NodeConfig config = Configurations.read("""
                node: {zone: z1}
                ingress: {listen: "10.0.0.1"}
                appliances: {listen: "10.1.0.1", zones: {z2: "10.1.0.2"}}
                target-groups: [{name: g, targets: [{id: 10.1.0.11, zone: z3}]}]
                load-balancers: [{name: b, zones: [z4, z5], listener: {target-group: g}}]
                endpoints:
                  - {id: vpce-0a1b2c3d4e5f60718, vni: 1, zone: z5, load-balancer: b, attachments: ["10.0.0.2"]}
                """);
        assertThat(config.model().zones().stream().map(Zone::name))
                .containsExactlyInAnyOrder("z1", "z2", "z3", "z4", "z5");
    }

    @Test
    void takesRolesFromTheCommandLineInstead() throws ConfigException {
        NodeConfig config =
                NodeConfigReader.read(Configurations.FILE, "node: {roles: [all]}", Set.of(Role.HEALTH_CHECKING));
        assertThat(config.roles()).containsExactly(Role.HEALTH_CHECKING);
        assertThat(config.ingress()).isNull();
        assertThat(config.appliances()).isEmpty();
    }

    @Test
    void eachRoleBesideThePacketsMayBeAProcessOfItsOwn() throws ConfigException {
        for (Role role : EnumSet.complementOf(EnumSet.of(Role.INGRESS, Role.CODEC))) {
            NodeConfig config = Configurations.read("node: {roles: [" + role.text() + "]}");

            assertThat(config.roles()).containsExactly(role);
        }
    }

    @Test
    void takesOneShardPerCoreUnlessItIsToldHowMany() throws ConfigException {
        NodeConfig config = Configurations.read(Configurations.LEAST);
        assertThat(config.shards()).isZero();
        assertThat(config.shardCount(6)).isEqualTo(6);
        assertThat(config.shardCount(1_000)).isEqualTo(NodeConfig.SHARDS_MAX);
        assertThat(config.withShards(3).shardCount(6)).isEqualTo(3);
        assertThat(config.withShards(3).withShards(0)).isEqualTo(config);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withShards(65))
                .withMessageContaining("0 to 64");
    }

    @Test
    void hasOneShardWhereItCarriesNoPackets() throws ConfigException {
        assertThat(Configurations.read("node: {roles: [control-api], shards: 4}")
                        .shardCount(8))
                .isEqualTo(1);
    }

    @Test
    void needsNoAddressesForRolesThatCarryNoPackets() throws ConfigException {
        assertThat(Configurations.read("node: {roles: [control-api]}").roles()).containsExactly(Role.CONTROL_API);
    }

    @Test
    void givesEachNodeThatStandsAloneAClusterOfItsOwn() throws ConfigException {
        ClusterSettings one = Configurations.read(Configurations.LEAST).cluster();
        ClusterSettings other = Configurations.read(Configurations.LEAST).cluster();
        assertThat(one.name()).isNotEqualTo(other.name());
        assertThat(one.port()).isZero();
        assertThat(one.address()).hasToString("127.0.0.1");
        assertThat(one.members()).isEmpty();
    }

    @Test
    void takesAFileThatStartsWithAByteOrderMark() throws ConfigException {
        assertThat(Configurations.read("\uFEFF" + Configurations.LEAST).zone()).isEqualTo(AZ1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"examples/gateway.yaml", "k8s/base/gateway.yaml"})
    void readsTheExamplesOfTheRepository(String file) throws Exception {
        NodeConfig config = NodeConfigReader.read(REPOSITORY.resolve(file), null);
        assertThat(config.roles()).isEqualTo(EnumSet.allOf(Role.class));
        assertThat(config.cluster().isAlone()).isTrue();
        assertThat(config.model().endpoints()).isNotEmpty();
        assertThat(config.model().targetGroups()).hasSize(1);
    }

    /** Three files that make one gateway: each node lists the others, and nothing of the gateway differs. */
    @Test
    void readsTheExampleOfThreeNodes() throws Exception {
        List<NodeConfig> nodes = new ArrayList<>();
        for (int n = 1; n <= 3; n++) {
            nodes.add(NodeConfigReader.read(REPOSITORY.resolve("examples/three-nodes/gw-" + n + ".yaml"), null));
        }

        List<Ipv4SocketAddress> addresses =
                nodes.stream().map(node -> node.cluster().listen()).toList();
        for (NodeConfig node : nodes) {
            assertThat(node.cluster().expected()).containsExactlyInAnyOrderElementsOf(addresses);
            assertThat(node.cluster().outOfReach()).isEmpty();
            assertThat(node.model()).isEqualTo(nodes.getFirst().model());
            assertThat(node.quorum().members()).isEqualTo(3);
        }
        assertThat(nodes).extracting(NodeConfig::zone).containsOnlyOnce(new Zone("az2"));
    }
}
