// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.List;

/** Texts of configuration files, and what the reader says of them. */
final class Configurations {

    static final String FILE = "gateway.yaml";

    /** The least a node with all roles can be told. */
    static final String LEAST = """
            ingress: {listen: "10.0.0.1"}
            appliances: {listen: "10.1.0.1"}
            target-groups: [{name: firewalls, targets: [{id: 10.1.0.11}]}]
            load-balancers: [{name: inspection, listener: {target-group: firewalls}}]
            endpoints: [{id: vpce-0a1b2c3d4e5f60718, vni: 100, load-balancer: inspection, attachments: ["10.0.0.2"]}]
            """;

    private Configurations() {}

    static NodeConfig read(String yaml) throws ConfigException {
        return NodeConfigReader.read(FILE, yaml, null);
    }

    /** Problems as a person sees them; empty where there are none. */
    static List<String> problems(String yaml) {
        try {
            read(yaml);
            return List.of();
        } catch (ConfigException invalid) {
            return invalid.problems().stream().map(ConfigProblem::toString).toList();
        }
    }
}
