// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.datagram.DatagramTransport;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeConfigReaderTest {

    private static final Path ROOT = Path.of(System.getProperty("sluice.root", "../.."));

    /** The least that a node with every role needs. */
    private static final String MINIMAL = """
            ingress: {listen: "10.0.0.1"}
            appliances: {listen: "10.1.0.1"}
            target-groups:
              - name: firewalls
                targets:
                  - {id: 10.1.0.11}
            load-balancers:
              - name: inspection
                listener: {target-group: firewalls}
            endpoints:
              - id: vpce-0a1b2c3d4e5f60718
                vni: 100
                load-balancer: inspection
                attachments: ["10.0.0.2"]
            """;

    private static NodeConfig read(String yaml) throws ConfigException {
        return NodeConfigReader.read("gateway.yaml", yaml, null);
    }

    private static ConfigException refused(String yaml) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> read(yaml));
        assertThat(refused).as(yaml).isNotNull();
        return refused;
    }

    @Test
    void hasTheDefaultsOfTheReference() throws Exception {
        NodeConfig config = read(MINIMAL);
        String hostName = InetAddress.getLocalHost().getHostName();
        assertThat(config.id()).isEqualTo(new NodeId(hostName));
        assertThat(config.zone()).isEqualTo(new Zone("az1"));
        assertThat(config.roles()).isEqualTo(EnumSet.allOf(Role.class));
        assertThat(config.transport()).isEqualTo(DatagramTransport.IO_URING);
        assertThat(config.flowCapacity()).isEqualTo(1_000_000);
        assertThat(config.secretFile()).isNull();
        assertThat(config.cluster().listen().address()).hasToString("127.0.0.1");
        assertThat(config.cluster().members()).isEmpty();
        assertThat(config.ingress()).hasToString("10.0.0.1:6080");
        assertThat(config.appliances()).isEqualTo(Map.of(new Zone("az1"), Ipv4SocketAddress.parse("10.1.0.1:6081")));
        assertThat(config.sourcePorts()).isEqualTo(4);
        assertThat(config.admin()).hasToString("127.0.0.1:8080");

        assertThat(config.model().zones()).containsExactly(new Zone("az1"));
        TargetGroup group = config.model().targetGroups().getFirst();
        assertThat(group.healthCheck())
                .isEqualTo(new HealthCheckSpec(HealthCheckSpec.Protocol.TCP, 80, "/", 10_000, 5_000, 5, 2));
        assertThat(group.stickiness()).isEqualTo(Stickiness.FIVE_TUPLE);
        Target target = group.targets().getFirst();
        assertThat(target.address()).hasToString("10.1.0.11");
        assertThat(target.port()).isEqualTo(6081);
        assertThat(target.weight()).isOne();
        assertThat(target.zone()).isEqualTo(new Zone("az1"));
        LoadBalancer balancer = config.model().loadBalancers().getFirst();
        assertThat(balancer.zones()).containsExactly(new Zone("az1"));
        assertThat(balancer.listener().tcpIdleTimeoutMs()).isEqualTo(350_000);
        Endpoint endpoint = config.model().endpoints().getFirst();
        assertThat(endpoint.attachments()).containsExactly(Ipv4SocketAddress.parse("10.0.0.2:6080"));
    }

    @Test
    void mapsEveryKey() throws Exception {
        NodeConfig config = read("""
                node:
                  id: gw-7
                  zone: az2
                  roles: [ingress, codec, control-api]
                  shards: 1
                  transport: epoll
                  flow-capacity: 5000
                  secret-file: secrets/master
                cluster:
                  name: mine
                  listen: "10.2.0.1:5801"
                  members: ["10.2.0.2:5802", "10.2.0.3"]
                ingress: {listen: "10.0.0.1:7080"}
                appliances: {listen: "10.1.0.1:6081", zones: {az1: "10.1.0.2:6081"}, source-ports: 8}
                admin: {listen: "10.3.0.1:9090"}
                zones: [az1, az2, az3]
                target-groups:
                  - name: ips
                    target-type: ip
                    health-check: {protocol: HTTP, port: 8081, path: /up, interval: 20s, timeout: 3s, healthy-threshold: 3, unhealthy-threshold: 4}
                    stickiness: 5-tuple
                    target-failover: no_rebalance
                    fail-open: forward
                    return-tuple-check: true
                    targets:
                      - {id: 10.1.0.11, zone: az1, weight: 7, port: 6082}
                load-balancers:
                  - name: inspection
                    zones: [az1, az2]
                    cross-zone: false
                    ip-address-type: dualstack
                    deletion-protection: false
                    listener: {target-group: ips, tcp-idle-timeout: 10m, send-tcp-reset-on-idle-timeout: false}
                endpoints:
                  - id: vpce-00000000000000001
                    vni: 16777215
                    zone: az2
                    load-balancer: inspection
                    attachments: ["10.0.0.2", "10.0.0.3:7777"]
                    inner: ip
                """);
        assertThat(config.id()).isEqualTo(new NodeId("gw-7"));
        assertThat(config.zone()).isEqualTo(new Zone("az2"));
        assertThat(config.roles()).containsExactlyInAnyOrder(Role.INGRESS, Role.CODEC, Role.CONTROL_API);
        assertThat(config.transport()).isEqualTo(DatagramTransport.EPOLL);
        assertThat(config.flowCapacity()).isEqualTo(5_000);
        assertThat(config.secretFile()).isEqualTo("secrets/master");
        assertThat(config.cluster().name()).isEqualTo("mine");
        assertThat(config.cluster().listen()).hasToString("10.2.0.1:5801");
        assertThat(config.cluster().members()).hasToString("[10.2.0.2:5802, 10.2.0.3:5701]");
        assertThat(config.ingress()).hasToString("10.0.0.1:7080");
        assertThat(config.appliances())
                .isEqualTo(Map.of(
                        new Zone("az2"),
                        Ipv4SocketAddress.parse("10.1.0.1:6081"),
                        new Zone("az1"),
                        Ipv4SocketAddress.parse("10.1.0.2:6081")));
        assertThat(config.sourcePorts()).isEqualTo(8);
        assertThat(config.admin()).hasToString("10.3.0.1:9090");
        assertThat(config.model().zones()).containsExactly(new Zone("az1"), new Zone("az2"), new Zone("az3"));
        TargetGroup group = config.model().targetGroups().getFirst();
        assertThat(group.id().name()).isEqualTo("ips");
        assertThat(group.healthCheck())
                .isEqualTo(new HealthCheckSpec(HealthCheckSpec.Protocol.HTTP, 8_081, "/up", 20_000, 3_000, 3, 4));
        Target target = group.targets().getFirst();
        assertThat(target.zone()).isEqualTo(new Zone("az1"));
        assertThat(target.weight()).isEqualTo(7);
        assertThat(target.port()).isEqualTo(6_082);
        LoadBalancer balancer = config.model().loadBalancers().getFirst();
        assertThat(balancer.zones()).containsExactly(new Zone("az1"), new Zone("az2"));
        assertThat(balancer.listener().tcpIdleTimeoutMs()).isEqualTo(600_000);
        Endpoint endpoint = config.model().endpoints().getFirst();
        assertThat(endpoint.vni().value()).isEqualTo(0xFF_FFFF);
        assertThat(endpoint.zone()).isEqualTo(new Zone("az2"));
        assertThat(endpoint.attachments()).hasToString("[10.0.0.2:7080, 10.0.0.3:7777]");
    }

    @Test
    void rolesOfTheCommandLineCountInsteadOfTheFiles() throws Exception {
        Set<Role> roles = Role.parse(List.of("health-checking"));
        assertThat(NodeConfigReader.read("gateway.yaml", "node: {roles: [all]}\n" + MINIMAL, roles)
                        .roles())
                .containsExactly(Role.HEALTH_CHECKING);
    }

    /** What is written, the line it is on, and what the message must hold. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Wrong(String yaml, int line, String... says) {
        @Override
        public String toString() {
            return yaml.replace("\n", " ⏎ ");
        }
    }

    static Stream<Wrong> wrong() {
        return Stream.of(
                new Wrong("", 1, "the file is empty"),
                new Wrong("- a\n- b\n" + MINIMAL, 3, "not YAML"),
                new Wrong("just words", 1, "expected"),
                new Wrong("nod: {id: x}\n" + MINIMAL, 1, "nod", "unknown", "node"),
                new Wrong("node: {idd: x}\n" + MINIMAL, 1, "node.idd", "unknown", "id"),
                new Wrong("node: words\n" + MINIMAL, 1, "node", "expected keys and values"),
                new Wrong("node: {id: [a]}\n" + MINIMAL, 1, "node.id", "expected a single value"),
                new Wrong("node: {id: 'a b'}\n" + MINIMAL, 1, "node.id", "'a b'"),
                new Wrong("node: {zone: ''}\n" + MINIMAL, 1, "node.zone"),
                new Wrong("node: {roles: [ingress]}\n" + MINIMAL, 1, "node.roles", "name both or neither"),
                new Wrong("node: {roles: [everything]}\n" + MINIMAL, 1, "node.roles", "everything", "control-api"),
                new Wrong("node: {shards: 0}\n" + MINIMAL, 1, "node.shards", "not available yet", "1"),
                new Wrong("node: {transport: dpdk}\n" + MINIMAL, 1, "node.transport", "dpdk", "io_uring"),
                new Wrong("node: {flow-capacity: 3}\n" + MINIMAL, 1, "node.flow-capacity", "1024"),
                new Wrong("node: {flow-capacity: many}\n" + MINIMAL, 1, "node.flow-capacity", "many"),
                new Wrong("cluster: {name: 'a b'}\n" + MINIMAL, 1, "cluster.name", "'a b' is no cluster name"),
                new Wrong(
                        "cluster: {kubernetes: {service: x}}\n" + MINIMAL,
                        1,
                        "cluster.kubernetes",
                        "not available yet"),
                new Wrong("cluster: {listen: 127.0.0.1}\n" + MINIMAL, 1, "cluster.listen", "has no port"),
                new Wrong("admin: {listen: 'localhost:8080'}\n" + MINIMAL, 1, "admin.listen", "localhost"),
                new Wrong("admin: {tls: {certificate: a, key: b}}\n" + MINIMAL, 1, "admin.tls", "not available yet"),
                new Wrong("journal: {mode: all}\n" + MINIMAL, 1, "journal", "not available yet"),
                new Wrong("endpoint-services: []\n" + MINIMAL, 1, "endpoint-services", "not available yet"),
                new Wrong("zones: az1\n" + MINIMAL, 1, "zones", "expected a list"),
                new Wrong("zones: [az2]\n" + MINIMAL, 1, "az1"),
                new Wrong("zones: [az1]\nzones: [az1]\n" + MINIMAL, 2, "zones", "twice"),
                new Wrong(MINIMAL.replace("\"10.1.0.1\"", "\"10.1.0.1:6082\""), 2, "appliances.listen", "6081"),
                new Wrong(
                        MINIMAL.replace("10.1.0.1\"}", "10.1.0.1\", source-ports: 0}"),
                        2,
                        "appliances.source-ports",
                        "1"),
                new Wrong(
                        MINIMAL.replace("10.1.0.1\"}", "10.1.0.1\", zones: {az2: 10.1.0.1}}"),
                        2,
                        "appliances.zones",
                        "share"),
                new Wrong(MINIMAL.replace("appliances: {listen: \"10.1.0.1\"}\n", ""), 1, "appliances", "required"),
                new Wrong(MINIMAL.replace("ingress: {listen: \"10.0.0.1\"}\n", ""), 1, "ingress", "required"),
                new Wrong(MINIMAL.replace("{id: 10.1.0.11}", "{id: firewall-1}"), 6, "id", "firewall-1"),
                new Wrong(MINIMAL.replace("{id: 10.1.0.11}", "{id: 10.1.0.11, weight: 0}"), 6, "weight", "1"),
                new Wrong(MINIMAL.replace("{id: 10.1.0.11}", "{id: 10.1.0.11, port: 70000}"), 6, "port", "65535"),
                new Wrong(MINIMAL.replace("{id: 10.1.0.11}", "{zone: az1}"), 6, "id", "required"),
                new Wrong(group("stickiness: 2-tuple"), 5, "stickiness", "not available yet"),
                new Wrong(group("stickiness: 4-tuple"), 5, "stickiness", "5-tuple"),
                new Wrong(group("target-failover: rebalance"), 5, "target-failover", "not available yet"),
                new Wrong(group("fail-open: bypass"), 5, "fail-open", "not available yet"),
                new Wrong(group("slow-start: 10s"), 5, "slow-start", "not available yet"),
                new Wrong(group("deregistration-delay: 10s"), 5, "deregistration-delay", "not available yet"),
                new Wrong(group("health-check: {protocol: HTTPS}"), 5, "protocol", "not available yet"),
                new Wrong(group("health-check: {interval: 1s}"), 5, "interval", "5s"),
                new Wrong(group("health-check: {interval: 10}"), 5, "interval", "10"),
                new Wrong(group("health-check: {interval: 5s, timeout: 6s}"), 5, "shorter than the timeout"),
                new Wrong(group("health-check: {path: up}"), 5, "path"),
                new Wrong(
                        MINIMAL.replace("{target-group: firewalls}", "{target-group: firewall}"),
                        1,
                        "firewall",
                        "firewalls"),
                new Wrong(
                        MINIMAL.replace(
                                "{target-group: firewalls}", "{target-group: firewalls, tcp-idle-timeout: 59s}"),
                        9,
                        "tcp-idle-timeout"),
                new Wrong(
                        MINIMAL.replace("listener: {target-group: firewalls}", "cross-zone: true"),
                        9,
                        "cross-zone",
                        "not available yet"),
                new Wrong(MINIMAL.replace("vpce-0a1b2c3d4e5f60718", "vpce-1"), 11, "id", "vpce-"),
                new Wrong(MINIMAL.replace("vni: 100", "vni: 16777216"), 12, "vni", "16777215"),
                new Wrong(
                        MINIMAL.replace("inspection\n    attachments", "inspektion\n    attachments"), 1, "inspektion"),
                new Wrong(MINIMAL.replace("attachments: [\"10.0.0.2\"]", "attachments: []"), 11, "attachments"),
                new Wrong(MINIMAL + "    account: \"000000000000\"\n", 15, "account", "not available yet"),
                new Wrong(MINIMAL + "    inner: ethernet\n", 15, "inner", "not available yet"),
                new Wrong("a: &a [x, x]\nb: [*a, *a]\n", 1, "not YAML", "aliases"),
                new Wrong("zones: [az1\n", 2, "not YAML"),
                new Wrong("zones: \"\u0001\"\n", 1, "not YAML"));
    }

    private static String group(String line) {
        return MINIMAL.replace("  - name: firewalls\n", "  - name: firewalls\n    " + line + "\n");
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void saysWhatIsWrongAndWhere(Wrong given) {
        ConfigException refused = refused(given.yaml);
        assertThat(refused.problems()).as(refused.getMessage()).anySatisfy(problem -> {
            assertThat(problem.toString()).startsWith("gateway.yaml:" + given.line + ":");
            assertThat(problem.toString()).contains(given.says);
        });
    }

    @Test
    void saysEverythingThatIsWrongAtOnce() {
        ConfigException refused =
                refused(MINIMAL.replace("vni: 100", "vni: x").replace("10.1.0.11", "fw") + "    colour: red\n");
        assertThat(refused.problems()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(refused.getMessage().lines()).hasSameSizeAs(refused.problems());
    }

    @Test
    void aFileThatIsNotThereIsNamed(@TempDir Path directory) {
        Path absent = directory.resolve("absent.yaml");
        assertThatThrownBy(() -> NodeConfigReader.read(absent, null))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent.yaml");
    }

    @Test
    void bytesThatAreNoTextAreRefused(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1, 2});
        assertThatThrownBy(() -> NodeConfigReader.read(file, null)).isInstanceOf(ConfigException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"examples/gateway.yaml", "k8s/base/gateway.yaml"})
    void theFilesThatAreShippedAreValid(String file) throws Exception {
        NodeConfig config = NodeConfigReader.read(ROOT.resolve(file), null);
        assertThat(config.model().endpoints()).isNotEmpty();
    }
}
