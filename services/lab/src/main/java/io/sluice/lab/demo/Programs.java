// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.program.JavaProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command lines of the programs that the demo starts, all from this process's own class path: the one place that
 * knows their main classes, options and JVM flags.
 *
 * @param node main class of the gateway node
 * @param agent main class of the endpoint agent
 * @param appliance main class of the reference appliance
 */
record Programs(String node, String agent, String appliance) {
    static final Programs SLUICE =
            new Programs("io.sluice.node.Main", "io.sluice.agent.AgentMain", "io.sluice.appliance.ApplianceMain");

    static final int INGRESS_PORT = 6080;
    static final int APPLIANCE_PORT = 6081;
    static final int HEALTH_PORT = 80;
    static final int CONTROL_PORT = 8081;
    static final int ADMIN_PORT = 8080;

    /** Eight JVMs start at once on what may be two cores: little compilation, no parallel collector, shared classes. */
    private static final List<String> LIGHT = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

    List<String> node(Path configuration, Path dataDirectory) {
        return JavaProgram.command(
                List.of("-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m", "-XX:MaxDirectMemorySize=512m"),
                node,
                List.of("--config", configuration.toString(), "--data-dir", dataDirectory.toString()));
    }

    List<String> agent(Site site) {
        return JavaProgram.command(
                light("-Xmx96m"),
                agent,
                List.of(
                        "attach",
                        "--device",
                        site.zone().endpointDevice(),
                        "--vni",
                        Integer.toString(site.vni()),
                        "--gateway",
                        DemoTopology.GATEWAY_UNDERLAY + ":" + INGRESS_PORT,
                        "--local",
                        site.underlay() + ":" + INGRESS_PORT,
                        "--mtu",
                        Integer.toString(DemoTopology.INNER_MTU_BYTES)));
    }

    /** What the agent prints when its device carries packets. */
    String agentReadyLine() {
        return "attached";
    }

    List<String> appliance(Zone.Appliance appliance, Path log) {
        return JavaProgram.command(
                light("-Xmx96m"),
                this.appliance,
                List.of(
                        "--listen",
                        appliance.address() + ":" + APPLIANCE_PORT,
                        "--health",
                        appliance.address() + ":" + HEALTH_PORT,
                        "--control",
                        appliance.managementAddress() + ":" + CONTROL_PORT,
                        "--log",
                        log.toString()));
    }

    private static List<String> light(String heap) {
        List<String> flags = new ArrayList<>(LIGHT);
        flags.add(heap);
        return flags;
    }
}
