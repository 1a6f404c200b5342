// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

/** The configuration file of the demo's gateway node. */
final class DemoConfiguration {
    /** Seconds between health checks; with {@link #THRESHOLD} and {@link #TIMEOUT_SECONDS} the bound of H-5. */
    static final int INTERVAL_SECONDS = 5;

    static final int TIMEOUT_SECONDS = 2;
    static final int THRESHOLD = 2;

    private static final String FIRST_ACCOUNT = "111111111111";

    private DemoConfiguration() {}

    /** An endpoint as an element of {@code endpoints}, with its indentation. */
    static String endpoint(Site site, String account) {
        return """
                  - id: %s
                    vni: %d
                    zone: %s
                    account: "%s"
                    load-balancer: inspection
                    attachments: ["%s"]
                    inner: ip
                """.formatted(site.endpoint().id(), site.vni(), site.zone().name(), account, site.underlay());
    }

    static String yaml() {
        Zone first = Zone.ALL.get(0);
        StringBuilder targets = new StringBuilder();
        StringBuilder endpoints = new StringBuilder();
        StringBuilder otherZones = new StringBuilder();
        for (Zone zone : Zone.ALL) {
            for (Zone.Appliance appliance : zone.appliances()) {
                targets.append("      - {id: %s, zone: %s}\n".formatted(appliance.address(), zone.name()));
            }
            endpoints.append(endpoint(Site.first(zone), FIRST_ACCOUNT));
            if (zone.number() != first.number()) {
                otherZones.append("%s: \"%s:%d\"".formatted(zone.name(), zone.node(), Programs.APPLIANCE_PORT));
            }
        }
        return """
                node:
                  id: gw-1
                  zone: %s
                  roles: [all]
                  flow-capacity: 65536
                cluster:
                  name: sluice-demo
                  listen: "127.0.0.1:5701"
                  members: ["127.0.0.1:5701"]
                ingress: {listen: "%s:%d"}
                appliances: {listen: "%s:%d", zones: {%s}, source-ports: 4}
                admin: {listen: "%s:%d"}
                zones: [az1, az2]
                target-groups:
                  - name: firewalls
                    target-type: ip
                    health-check: {protocol: HTTP, port: %d, path: "/", interval: %ds, timeout: %ds, healthy-threshold: %d, unhealthy-threshold: %d}
                    stickiness: 5-tuple
                    targets:
                %sload-balancers:
                  - name: inspection
                    zones: [az1, az2]
                    listener: {target-group: firewalls, tcp-idle-timeout: 350s}
                endpoints:
                %s""".formatted(
                        first.name(),
                        DemoTopology.GATEWAY_UNDERLAY,
                        Programs.INGRESS_PORT,
                        first.node(),
                        Programs.APPLIANCE_PORT,
                        otherZones,
                        DemoTopology.GATEWAY_MANAGEMENT,
                        Programs.ADMIN_PORT,
                        Programs.HEALTH_PORT,
                        INTERVAL_SECONDS,
                        TIMEOUT_SECONDS,
                        THRESHOLD,
                        THRESHOLD,
                        targets,
                        endpoints);
    }
}
