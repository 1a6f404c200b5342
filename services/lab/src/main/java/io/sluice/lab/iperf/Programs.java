// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import io.sluice.lab.program.JavaProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command lines of the programs in the path, with the full compiler, as the launcher starts them. */
final class Programs {
    static final int INGRESS_PORT = 6080;
    static final int APPLIANCE_PORT = 6081;
    static final int HEALTH_PORT = 80;
    static final String ADMIN = "127.0.0.1:8080";

    private static final List<String> FLAGS = List.of("-XX:+UseSerialGC", "-Xmx256m");

    private Programs() {}

    static List<String> node(Path configuration, Path data) {
        return JavaProgram.command(
                List.of("-XX:+UseSerialGC", "-Xmx512m", "-XX:MaxDirectMemorySize=512m"),
                "io.sluice.node.Main",
                List.of("--config", configuration.toString(), "--data-dir", data.toString()));
    }

    static List<String> appliance() {
        return JavaProgram.command(
                FLAGS,
                "io.sluice.appliance.ApplianceMain",
                List.of(
                        "--listen",
                        IperfTopology.APPLIANCE + ":" + APPLIANCE_PORT,
                        "--health",
                        IperfTopology.APPLIANCE + ":" + HEALTH_PORT));
    }

    static List<String> agent(Way way, int innerMtuBytes, int queues) {
        List<String> arguments = new ArrayList<>(List.of(
                "attach",
                "--device",
                IperfTopology.DEVICE,
                "--vni",
                "100",
                "--gateway",
                IperfTopology.INGRESS + ":" + INGRESS_PORT,
                "--local",
                IperfTopology.ATTACHMENT + ":" + INGRESS_PORT,
                "--mtu",
                "" + innerMtuBytes,
                "--queues",
                "" + queues));
        arguments.addAll(way.agentOptions());
        return JavaProgram.command(FLAGS, "io.sluice.agent.AgentMain", arguments);
    }

    /** The gateway's configuration: one endpoint, one appliance, one shard. */
    static String configuration() {
        return """
                node: {id: gw-1, zone: az1, flow-capacity: 10000, shards: 1}
                ingress: {listen: "%s:%d"}
                appliances: {listen: "%s:%d"}
                admin: {listen: "%s"}
                target-groups:
                  - name: firewalls
                    health-check: {protocol: TCP, port: %d, interval: 5s, timeout: 4s, healthy-threshold: 2, unhealthy-threshold: 10}
                    targets: [{id: %s, zone: az1}]
                load-balancers:
                  - {name: inspection, zones: [az1], listener: {target-group: firewalls}}
                endpoints:
                  - {id: vpce-0a1b2c3d4e5f60718, vni: 100, zone: az1, load-balancer: inspection, attachments: ["%s"]}
                """.formatted(
                        IperfTopology.INGRESS,
                        INGRESS_PORT,
                        IperfTopology.NODE,
                        APPLIANCE_PORT,
                        ADMIN,
                        HEALTH_PORT,
                        IperfTopology.APPLIANCE,
                        IperfTopology.ATTACHMENT);
    }
}
