// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.datagram.DatagramTransport;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads the configuration file: the keys of the design's configuration page that this release has.
 *
 * <p>Every problem of a file is reported, each with file, line, key and what would be valid; a key this release does not
 * have is refused, never ignored.
 */
public final class NodeConfigReader {

    /** Default port of the endpoint side, so that 6081 stays the appliances'. */
    public static final int INGRESS_PORT = 6080;

    private static final int FILE_BYTES_MAX = 16 << 20;
    private static final Ipv4SocketAddress CLUSTER_DEFAULT = Ipv4SocketAddress.parse("127.0.0.1:5701");
    private static final String CLUSTER_NAME_DEFAULT = "sluice";
    private static final Ipv4SocketAddress ADMIN_DEFAULT = Ipv4SocketAddress.parse("127.0.0.1:8080");
    private static final int FLOW_CAPACITY_DEFAULT = 1_000_000;
    private static final Map<String, DatagramTransport> TRANSPORTS = Map.of(
            "io_uring", DatagramTransport.IO_URING, "epoll", DatagramTransport.EPOLL, "nio", DatagramTransport.NIO);

    private NodeConfigReader() {}

    /**
     * Reads a file.
     *
     * @param file the file
     * @param rolesOverride roles given on the command line; null for the file's
     * @throws ConfigException with everything that is wrong in it
     * @throws IOException where it cannot be read
     */
    public static NodeConfig read(Path file, @Nullable Set<Role> rolesOverride) throws ConfigException, IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new IOException(file + " is larger than " + FILE_BYTES_MAX + " bytes");
        }
        try (InputStream stream = Files.newInputStream(file)) {
            return read(
                    file.toString(),
                    new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8),
                    rolesOverride);
        }
    }

    /** Reads a text; {@code name} stands for the file in messages. */
    public static NodeConfig read(String name, String yaml, @Nullable Set<Role> rolesOverride) throws ConfigException {
        Problems problems = new Problems(name);
        Node root = compose(name, yaml, problems);
        problems.throwIfAny();
        if (root == null) {
            problems.add(1, "", "the file is empty: expected at least endpoints, load-balancers and target-groups");
            problems.throwIfAny();
            throw new AssertionError("unreachable: a problem was added");
        }
        YamlMapping top = new YamlMapping("", root, problems);
        top.notYet("journal", "endpoint-services");
        Partial node = node(top, rolesOverride);
        ClusterSettings cluster = cluster(top);
        Ipv4SocketAddress ingress = ingress(top);
        Map<Zone, Ipv4SocketAddress> appliances = new LinkedHashMap<>();
        int sourcePorts = appliances(top, node.zone(), appliances);
        Ipv4SocketAddress admin = admin(top);
        var model = new ModelReader(top, node.zone()).read();
        top.finish();
        if (problems.none() && node.roles().contains(Role.INGRESS)) {
            if (ingress == null) {
                top.problem("ingress", "this key is required for the role ingress");
            }
            if (appliances.isEmpty()) {
                top.problem("appliances", "this key is required for the role codec");
            }
        }
        problems.throwIfAny();
        return new NodeConfig(
                node.id(),
                node.zone(),
                node.roles(),
                node.transport(),
                node.flowCapacity(),
                node.secretFile(),
                cluster,
                ingress,
                appliances,
                sourcePorts,
                admin,
                model);
    }

    private static @Nullable Node compose(String name, String yaml, Problems problems) {
        try {
            Optional<Node> root = new Compose(LoadSettings.builder()
                            .setLabel(name)
                            .setUseMarks(true)
                            .setMaxAliasesForCollections(0)
                            .build())
                    .composeString(yaml);
            return root.orElse(null);
        } catch (MarkedYamlEngineException notYaml) {
            int line = notYaml.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            problems.add(line, "", "not YAML: " + notYaml.getProblem());
            return null;
        } catch (YamlEngineException notYaml) {
            problems.add(1, "", "not YAML: " + notYaml.getMessage());
            return null;
        }
    }

    private record Partial(
            NodeId id,
            Zone zone,
            Set<Role> roles,
            DatagramTransport transport,
            int flowCapacity,
            @Nullable String secretFile) {}

    private static Partial node(YamlMapping top, @Nullable Set<Role> rolesOverride) {
        YamlMapping node = top.mapping("node");
        NodeId hostName = hostName();
        Zone zone = new Zone("az1");
        Set<Role> roles = rolesOverride == null ? Role.parse(List.of("all")) : rolesOverride;
        if (node == null) {
            return new Partial(hostName, zone, roles, DatagramTransport.IO_URING, FLOW_CAPACITY_DEFAULT, null);
        }
        node.only("shards", "1", "0");
        List<String> words = node.values("roles", word -> word);
        if (!words.isEmpty() && rolesOverride == null) {
            try {
                roles = Role.parse(words);
            } catch (IllegalArgumentException invalid) {
                node.problem("roles", String.valueOf(invalid.getMessage()));
            }
        }
        Partial partial = new Partial(
                node.optional("id", NodeId::new, hostName),
                node.optional("zone", Zone::new, zone),
                roles,
                node.choice("transport", TRANSPORTS, DatagramTransport.IO_URING),
                node.integer("flow-capacity", FLOW_CAPACITY_DEFAULT, 1_024, 16_000_000),
                node.<@Nullable String>optional("secret-file", text -> text, null));
        node.finish();
        return partial;
    }

    private static NodeId hostName() {
        try {
            return new NodeId(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException | IllegalArgumentException unusable) {
            return new NodeId("gateway");
        }
    }

    private static ClusterSettings cluster(YamlMapping top) {
        YamlMapping cluster = top.mapping("cluster");
        if (cluster == null) {
            return ClusterSettings.alone();
        }
        cluster.notYet("kubernetes", "expected-members", "allow-two-node");
        String name = cluster.optional("name", text -> text, CLUSTER_NAME_DEFAULT);
        Ipv4SocketAddress listen = cluster.optional("listen", Ipv4SocketAddress::parse, CLUSTER_DEFAULT);
        List<Ipv4SocketAddress> members =
                cluster.values("members", text -> Ipv4SocketAddress.parse(text, CLUSTER_DEFAULT.port()));
        cluster.finish();
        try {
            return new ClusterSettings(name, listen, members);
        } catch (IllegalArgumentException refused) {
            cluster.problem("name", String.valueOf(refused.getMessage()));
            return new ClusterSettings(CLUSTER_NAME_DEFAULT, listen, members);
        }
    }

    private static @Nullable Ipv4SocketAddress ingress(YamlMapping top) {
        YamlMapping ingress = top.mapping("ingress");
        if (ingress == null) {
            return null;
        }
        Ipv4SocketAddress listen = ingress.<@Nullable Ipv4SocketAddress>require(
                "listen", text -> Ipv4SocketAddress.parse(text, INGRESS_PORT), null);
        ingress.finish();
        return listen;
    }

    private static int appliances(YamlMapping top, Zone nodeZone, Map<Zone, Ipv4SocketAddress> into) {
        YamlMapping appliances = top.mapping("appliances");
        int portsDefault = 4;
        if (appliances == null) {
            return portsDefault;
        }
        Ipv4SocketAddress listen =
                appliances.<@Nullable Ipv4SocketAddress>require("listen", NodeConfigReader::geneveAddress, null);
        if (listen != null) {
            into.put(nodeZone, listen);
        }
        appliances.table("zones", NodeConfigReader::geneveAddress).forEach((word, address) -> {
            try {
                Ipv4SocketAddress other = into.put(new Zone(word), address);
                if (other != null && !other.equals(address)) {
                    appliances.problem(
                            "zones",
                            "zone " + word + " has two addresses, " + other + " and " + address
                                    + ": expected one for each zone");
                }
            } catch (IllegalArgumentException noZone) {
                appliances.problem("zones", String.valueOf(noZone.getMessage()));
            }
        });
        if (Set.copyOf(into.values()).size() != into.size()) {
            appliances.problem("zones", "two zones share an address: expected a different one for each zone");
        }
        int sourcePorts = appliances.integer("source-ports", portsDefault, 1, 64);
        appliances.finish();
        return sourcePorts;
    }

    private static Ipv4SocketAddress geneveAddress(String text) {
        Ipv4SocketAddress address = Ipv4SocketAddress.parse(text, io.sluice.model.config.Target.GENEVE_PORT);
        if (address.port() != io.sluice.model.config.Target.GENEVE_PORT) {
            throw new IllegalArgumentException(
                    "'" + text + "': appliances answer to port 6081 (W-3): expected an address with that port or none");
        }
        return address;
    }

    private static Ipv4SocketAddress admin(YamlMapping top) {
        YamlMapping admin = top.mapping("admin");
        if (admin == null) {
            return ADMIN_DEFAULT;
        }
        admin.notYet("tls");
        Ipv4SocketAddress listen =
                admin.optional("listen", text -> Ipv4SocketAddress.parse(text, ADMIN_DEFAULT.port()), ADMIN_DEFAULT);
        admin.finish();
        return listen;
    }
}
