// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.ConfigDocuments;
import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Zone;
import java.util.List;
import java.util.Objects;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The gateway's part of the configuration as a document of its own, read and written.
 *
 * <p>It has the keys of the file but those that belong to a process, which are refused by name. What names no zone is in
 * the zone of the node that reads it, and attachments without a port have that of its ingress.
 *
 * <p><b>Threading</b>: immutable.
 */
public final class GatewayDocuments implements ConfigDocuments {

    private static final String NAME = "document";
    private static final List<String> OF_A_PROCESS =
            List.of("node", "cluster", "ingress", "appliances", "link", "admin");

    private final Zone zone;
    private final int attachmentPort;
    private final OwnAddresses own;
    private final ResourceFragments fragments;

    /** @param node the node that reads documents */
    public GatewayDocuments(NodeConfig node) {
        Ipv4SocketAddress ingress = node.ingress();
        this.zone = node.zone();
        this.attachmentPort = ingress == null ? NodeConfigReader.INGRESS_PORT : ingress.port();
        this.own = new OwnAddresses(node.appliances().values(), ingress);
        this.fragments = new FragmentDocuments(zone, attachmentPort, own);
    }

    @Override
    public GatewayModel read(byte[] document) throws InvalidDocument {
        return readWhole(document, YamlDocument.EVENTS_MAX, YamlDocument.EMPTY_FILE, this::model);
    }

    /**
     * Reads a text that is one mapping, with every key of it.
     *
     * @param eventsMax keys, values, and beginnings and ends in it, at most
     * @param whenEmpty what is wrong where there is nothing in it
     * @param reader reads the mapping; null where that is a problem
     */
    static <T> T readWhole(byte[] document, int eventsMax, String whenEmpty, YamlMapping.ElementReader<T> reader)
            throws InvalidDocument {
        Problems problems = new Problems(NAME);
        try {
            String text = ConfigFile.decode(document, problems);
            problems.throwIfAny();
            Node root = YamlDocument.compose(NAME, text, BYTES_MAX, eventsMax, whenEmpty, problems);
            T read = null;
            if (root != null) {
                YamlMapping top = new YamlMapping("", root, problems);
                read = reader.read(top);
                top.finish();
            }
            problems.throwIfAny();
            return Objects.requireNonNull(read, "nothing was read, and there is no problem either");
        } catch (ConfigException invalid) {
            throw new InvalidDocument(invalid.problems().stream()
                    .map(problem -> new InvalidDocument.Problem(problem.line(), problem.key(), problem.message()))
                    .toList());
        }
    }

    private GatewayModel model(YamlMapping top) {
        for (String key : OF_A_PROCESS) {
            top.refuse(key, "this key belongs to a process's file, not to the gateway: remove the key");
        }
        top.notYet("journal");
        GatewayModel model = new ModelReader(top, zone, new Zones(top), attachmentPort).read();
        own.refuse(top, model);
        return model;
    }

    @Override
    public String write(GatewayModel model) {
        return ModelWriter.write(model);
    }

    @Override
    public ResourceFragments fragments() {
        return fragments;
    }
}
