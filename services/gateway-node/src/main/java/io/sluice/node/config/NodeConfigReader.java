// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.agree.Quorum;
import io.sluice.api.verticle.AdminTls;
import io.sluice.bus.cluster.ClusterSettings;
import io.sluice.datagram.DatagramTransport;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.probing.ProberAssignment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads the configuration file: the keys of {@code docs/configuration.md} that this release has.
 *
 * <p>Every problem of a file is reported, each with file, line, key and what would be valid; a key this release does not
 * have is refused, never ignored.
 */
public final class NodeConfigReader {

    /** Default port of the endpoint side, so that 6081 stays the appliances'. */
    public static final int INGRESS_PORT = 6080;

    /** Default port of the link between ingress and codec. */
    public static final int LINK_PORT = 6082;

    private static final String CLUSTER_NAME_DEFAULT = "sluice";
    private static final Ipv4SocketAddress CLUSTER_DEFAULT = Ipv4SocketAddress.parse("127.0.0.1:5701");
    private static final Ipv4SocketAddress ADMIN_DEFAULT = Ipv4SocketAddress.parse("127.0.0.1:8080");
    private static final Zone ZONE_DEFAULT = new Zone("az1");
    /** One per core. */
    private static final int SHARDS_DEFAULT = 0;

    private static final int FLOW_CAPACITY_DEFAULT = 1_000_000;
    private static final int SOURCE_PORTS_DEFAULT = 4;

    /** A flow's entry has 4 bits for its source port. */
    private static final int SOURCE_PORTS_MAX = 16;

    private static final Map<String, DatagramTransport> TRANSPORTS = Arrays.stream(DatagramTransport.values())
            .collect(Collectors.toUnmodifiableMap(DatagramTransport::text, transport -> transport));

    private final Path file;
    private final String digest;
    private final YamlMapping top;
    private final @Nullable Set<Role> rolesOverride;

    private NodeConfigReader(Path file, String digest, YamlMapping top, @Nullable Set<Role> rolesOverride) {
        this.file = file;
        this.digest = digest;
        this.top = top;
        this.rolesOverride = rolesOverride;
    }

    /**
     * Reads a file.
     *
     * @param file the file
     * @param rolesOverride roles given on the command line; null for the file's
     * @throws ConfigException with everything that is wrong in it, or that it is no readable file
     * @throws IOException where reading it fails
     */
    public static NodeConfig read(Path file, @Nullable Set<Role> rolesOverride) throws ConfigException, IOException {
        return read(file.toString(), ConfigFile.text(file), rolesOverride);
    }

    /** Reads a text; {@code name} stands for the file in messages, and for where files named in it are relative to. */
    public static NodeConfig read(String name, String yaml, @Nullable Set<Role> rolesOverride) throws ConfigException {
        Problems problems = new Problems(name);
        Node root = YamlDocument.compose(
                name, yaml, ConfigFile.BYTES_MAX, YamlDocument.EVENTS_MAX, YamlDocument.EMPTY_FILE, problems);
        NodeConfig config = root == null
                ? null
                : new NodeConfigReader(
                                Path.of(name),
                                ConfigFile.digest(yaml),
                                new YamlMapping("", root, problems),
                                rolesOverride)
                        .config();
        problems.throwIfAny();
        return Objects.requireNonNull(config, "no configuration, and no problem either");
    }

    private NodeConfig config() {
        top.notYet("journal");
        final Zones zones = new Zones(top);
        Partial node = node(zones);
        YamlMapping clusterKeys = top.mapping("cluster");
        ClusterSettings cluster = cluster(clusterKeys);
        int probers = probers(clusterKeys);
        Quorum quorum = quorum(clusterKeys, cluster);
        Ipv4SocketAddress ingress = ingress();
        Map<Zone, Ipv4SocketAddress> appliances = new LinkedHashMap<>();
        int sourcePorts = appliances(node.zone(), zones, appliances);
        Ipv4SocketAddress link = link();
        YamlMapping adminKeys = top.mapping("admin");
        Ipv4SocketAddress admin = admin(adminKeys);
        AdminTls adminTls = adminTls(adminKeys);
        int attachmentPort = ingress == null ? INGRESS_PORT : ingress.port();
        GatewayModel model = new ModelReader(top, node.zone(), zones, attachmentPort).read();
        top.finish();
        requireForRoles(node.roles(), appliances.keySet(), node.zone());
        if (ingress != null && appliances.containsValue(ingress)) {
            top.problem("ingress", ingress + " is an address of appliances too: expected another address or port");
        }
        if (link != null && (link.equals(ingress) || appliances.containsValue(link))) {
            top.problem("link", link + " is an address of ingress or appliances too: expected another address or port");
        }
        new OwnAddresses(appliances.values(), ingress).refuse(top, model);
        return new NodeConfig(
                node.id(),
                node.zone(),
                node.roles(),
                node.transport(),
                node.shards(),
                node.flowCapacity(),
                node.secretFile(),
                node.acceptedSecretFile(),
                cluster,
                quorum,
                probers,
                ingress,
                appliances,
                sourcePorts,
                link,
                admin,
                adminTls,
                model,
                digest);
    }

    private void requireForRoles(Set<Role> roles, Set<Zone> zones, Zone own) {
        boolean ingress = roles.contains(Role.INGRESS);
        boolean codec = roles.contains(Role.CODEC);
        if (ingress && !top.has("ingress")) {
            top.problem("ingress", "this key is required for the role ingress");
        }
        if (codec && !top.has("appliances")) {
            top.problem("appliances", "this key is required for the role codec");
        }
        if (ingress != codec && !top.has("link")) {
            top.problem("link", "this key is required where ingress and codec are different processes");
        }
        if (codec && !ingress && !Set.of(own).containsAll(zones)) {
            top.problem(
                    "appliances",
                    "a process with the role codec and without ingress serves its own zone, " + own
                            + ", alone: expected no addresses for other zones");
        }
    }

    private record Partial(
            NodeId id,
            Zone zone,
            Set<Role> roles,
            DatagramTransport transport,
            int shards,
            int flowCapacity,
            @Nullable String secretFile,
            @Nullable String acceptedSecretFile) {}

    private Partial node(Zones zones) {
        YamlMapping node = top.mapping("node");
        Set<Role> roles = rolesOverride == null ? Role.parse(List.of("all")) : rolesOverride;
        if (node == null) {
            return new Partial(
                    hostName(),
                    ZONE_DEFAULT,
                    roles,
                    DatagramTransport.IO_URING,
                    SHARDS_DEFAULT,
                    FLOW_CAPACITY_DEFAULT,
                    null,
                    null);
        }
        List<String> words = node.values("roles", word -> word);
        if (node.isList("roles") && words.size() == node.length("roles") && rolesOverride == null) {
            try {
                roles = Role.parse(words);
            } catch (IllegalArgumentException invalid) {
                node.problem("roles", String.valueOf(invalid.getMessage()));
            }
        }
        NodeId id = node.<@Nullable NodeId>optional("id", NodeId::new, null);
        Zone zone = node.<@Nullable Zone>optional("zone", zones::refer, null);
        if (zone == null && node.has("zone")) {
            zones.tolerate(ZONE_DEFAULT);
        }
        Partial partial = new Partial(
                id == null ? hostName() : id,
                zone == null ? ZONE_DEFAULT : zone,
                roles,
                node.choice("transport", TRANSPORTS, DatagramTransport.IO_URING),
                node.integer("shards", SHARDS_DEFAULT, 0, NodeConfig.SHARDS_MAX),
                node.integer("flow-capacity", FLOW_CAPACITY_DEFAULT, 1_024, 16_000_000),
                node.<@Nullable String>optional("secret-file", NodeConfigReader::fileName, null),
                node.<@Nullable String>optional("accepted-secret-file", NodeConfigReader::fileName, null));
        node.finish();
        return partial;
    }

    private static String fileName(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'' is no file: expected a path, relative to the data directory or not");
        }
        // refuses what cannot be a path, with an exception that the reader of keys knows
        return Path.of(text).toString();
    }

    private static NodeId hostName() {
        try {
            return new NodeId(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException | IllegalArgumentException unusable) {
            return new NodeId("gateway");
        }
    }

    private static ClusterSettings cluster(@Nullable YamlMapping cluster) {
        if (cluster == null) {
            return ClusterSettings.alone();
        }
        cluster.notYet("kubernetes");
        return new ClusterSettings(
                cluster.optional("name", NodeConfigReader::clusterName, CLUSTER_NAME_DEFAULT),
                cluster.optional("listen", text -> Addresses.unicast(text, CLUSTER_DEFAULT.port()), CLUSTER_DEFAULT),
                cluster.values("members", text -> Addresses.unicast(text, CLUSTER_DEFAULT.port())));
    }

    private static int probers(@Nullable YamlMapping keys) {
        return keys == null
                ? ProberAssignment.PROBERS_DEFAULT
                : keys.integer("probers", ProberAssignment.PROBERS_DEFAULT, 1, ProberAssignment.PROBERS_MAX);
    }

    /** By the number of members that are expected; unless it is said, that of those listed, this one among them or not. */
    private static Quorum quorum(@Nullable YamlMapping keys, ClusterSettings cluster) {
        if (keys == null) {
            return new Quorum(1, false);
        }
        int listed = cluster.expected().size();
        int members =
                keys.integer("expected-members", Math.clamp(listed, 1, Quorum.MEMBERS_MAX), 1, Quorum.MEMBERS_MAX);
        boolean allowTwoNode = keys.flag("allow-two-node", false);
        keys.finish();
        try {
            return new Quorum(members, allowTwoNode);
        } catch (IllegalArgumentException invalid) {
            keys.problem("allow-two-node", String.valueOf(invalid.getMessage()));
            return new Quorum(members, false);
        }
    }

    private static String clusterName(String text) {
        return new ClusterSettings(text, null, List.of()).name();
    }

    private @Nullable Ipv4SocketAddress ingress() {
        YamlMapping ingress = top.mapping("ingress");
        if (ingress == null) {
            return null;
        }
        Ipv4SocketAddress listen = ingress.<@Nullable Ipv4SocketAddress>require(
                "listen", text -> Addresses.unicast(text, INGRESS_PORT), null);
        ingress.finish();
        return listen;
    }

    private @Nullable Ipv4SocketAddress link() {
        YamlMapping link = top.mapping("link");
        if (link == null) {
            return null;
        }
        Ipv4SocketAddress listen =
                link.<@Nullable Ipv4SocketAddress>require("listen", text -> Addresses.unicast(text, LINK_PORT), null);
        link.finish();
        return listen;
    }

    private int appliances(Zone nodeZone, Zones zones, Map<Zone, Ipv4SocketAddress> into) {
        YamlMapping appliances = top.mapping("appliances");
        if (appliances == null) {
            return SOURCE_PORTS_DEFAULT;
        }
        Ipv4SocketAddress listen =
                appliances.<@Nullable Ipv4SocketAddress>require("listen", NodeConfigReader::geneveAddress, null);
        if (listen != null) {
            into.put(nodeZone, listen);
            try {
                zones.refer(nodeZone);
            } catch (IllegalArgumentException absent) {
                appliances.problem(
                        "listen",
                        "the zone is the node's, which is " + nodeZone + " by default: " + absent.getMessage());
                zones.tolerate(nodeZone);
            }
        }
        appliances.table("zones", NodeConfigReader::geneveAddress).forEach((word, address) -> {
            try {
                Ipv4SocketAddress other = into.put(zones.refer(word), address);
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
        int sourcePorts = appliances.integer("source-ports", SOURCE_PORTS_DEFAULT, 1, SOURCE_PORTS_MAX);
        appliances.finish();
        return sourcePorts;
    }

    private static Ipv4SocketAddress geneveAddress(String text) {
        Ipv4SocketAddress address = Addresses.unicast(text, Target.GENEVE_PORT);
        if (address.port() != Target.GENEVE_PORT) {
            throw new IllegalArgumentException(
                    "'" + text + "': appliances answer to port 6081 (W-3): expected an address with that port or none");
        }
        return address;
    }

    private static Ipv4SocketAddress admin(@Nullable YamlMapping admin) {
        return admin == null
                ? ADMIN_DEFAULT
                : admin.optional("listen", text -> Ipv4SocketAddress.parse(text, ADMIN_DEFAULT.port()), ADMIN_DEFAULT);
    }

    private @Nullable AdminTls adminTls(@Nullable YamlMapping admin) {
        YamlMapping tls = admin == null ? null : admin.mapping("tls");
        Path certificate = null;
        Path key = null;
        if (tls != null) {
            certificate = tls.<@Nullable Path>require("certificate", this::besideThisFile, null);
            key = tls.<@Nullable Path>require("key", this::besideThisFile, null);
            tls.finish();
        }
        if (admin != null) {
            admin.finish();
        }
        return certificate == null || key == null ? null : new AdminTls(certificate, key);
    }

    private Path besideThisFile(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'' is no file: expected a path, relative to this file or not");
        }
        return file.resolveSibling(text);
    }
}
