// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The configurations of a gateway's processes, made from that of one process that does everything: the gateway's part and the
 * addresses that endpoints and appliances know stay, roles, cluster and link are added. Processes find each other on
 * loopback at the one address of it that a device has, which a member of a cluster needs.
 */
final class PartDocuments {

    private static final String HERE = "127.0.0.1";
    private static final int CLUSTER_PORT = 5701;

    /** Of gateways side by side, which have addresses of their own instead of namespaces. */
    private static final int CLUSTER_PORTS = 4_000;

    private static final int CLUSTER_PORTS_FROM = 20_000;
    private static final int PARTS_MAX = 8;
    private static final int LINK_PORT = 6082;

    /** What scenarios have behind their admin port is their own. */
    private static final int ADMIN_PORTS_BETWEEN = 10;

    private final String yaml;
    private final Shape shape;
    private final String host;
    private final int adminPort;

    /**
     * @param yaml configuration of one process that does everything
     * @param shape which processes there are
     * @param admin address and port of the admin routes
     */
    PartDocuments(String yaml, Shape shape, String admin) {
        this.yaml = yaml;
        this.shape = shape;
        this.host = admin.substring(0, admin.lastIndexOf(':'));
        this.adminPort = Integer.parseInt(admin.substring(admin.lastIndexOf(':') + 1));
    }

    /** Where a process answers: the first one with the control API where the whole gateway would. */
    String admin(int index) {
        return host + ":" + (index == control() ? adminPort : adminPort + ADMIN_PORTS_BETWEEN + index);
    }

    /** The process that answers for the gateway. */
    int control() {
        return shape.parts()
                .indexOf(shape.parts().stream()
                        .filter(Shape.Part::hasControlApi)
                        .findFirst()
                        .orElseThrow());
    }

    /** Its node id. */
    String id(int index) {
        return section(document(), "node").getOrDefault("id", "gw") + "-"
                + shape.parts().get(index).name();
    }

    /** File of the master secret in its data directory. */
    String secretFile() {
        return section(document(), "node")
                .getOrDefault("secret-file", "master-secret")
                .toString();
    }

    /** Its configuration; JSON is YAML. */
    String configuration(int index) {
        Map<String, Object> document = document();
        Map<String, Object> node = section(document, "node");
        node.put("id", id(index));
        node.put("roles", shape.parts().get(index).roles());
        document.put("node", node);
        document.put("cluster", Map.of("name", "shape", "listen", member(index), "members", members()));
        document.put("link", Map.of("listen", host + ":" + (LINK_PORT + index)));
        document.put("admin", Map.of("listen", admin(index)));
        return new JsonObject(document).encodePrettily();
    }

    private String member(int index) {
        int first = host.equals(HERE)
                ? CLUSTER_PORT
                : CLUSTER_PORTS_FROM + Math.floorMod(host.hashCode(), CLUSTER_PORTS) * PARTS_MAX;
        return HERE + ":" + (first + index);
    }

    private List<String> members() {
        List<String> members = new ArrayList<>();
        for (int index = 0; index < shape.parts().size(); index++) {
            members.add(member(index));
        }
        return members;
    }

    private Map<String, Object> document() {
        return copy(new Load(LoadSettings.builder().build()).loadFromString(yaml));
    }

    private static Map<String, Object> section(Map<String, Object> document, String name) {
        return copy(document.getOrDefault(name, Map.of()));
    }

    private static Map<String, Object> copy(Object mapping) {
        Map<String, Object> copy = new LinkedHashMap<>();
        ((Map<?, ?>) mapping).forEach((key, value) -> copy.put(key.toString(), value));
        return copy;
    }
}
