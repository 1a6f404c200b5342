// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A configuration document: the groups that are under load, and as many more as are wanted.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class GatewayDocument {

    private static final int FIRST_EXTRA_VNI = 1_000_000;
    private static final int EXTRA_TARGETS_A_NET = 250;

    private final String endpointAddress;
    private final int flowQuota;
    private final List<String> groups = new ArrayList<>();
    private final List<String> balancers = new ArrayList<>();
    private final List<String> endpoints = new ArrayList<>();
    private int extraTargets;

    /**
     * The groups under load.
     *
     * @param flowQuota of each endpoint: one is under load at a time, so each may have the whole table
     */
    GatewayDocument(Row row, Groups loaded, int flowQuota) {
        this.endpointAddress = Addresses.endpoint(row);
        this.flowQuota = flowQuota;
        for (int count : loaded.endpointsOf().keySet()) {
            List<String> targets = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                targets.add(Addresses.target(row, count, i));
            }
            group("of-" + count, targets, "5s", 1);
            for (int i = 0; i < loaded.endpoints(count); i++) {
                endpoint(Addresses.vni(count, i), "of-" + count);
            }
        }
    }

    /**
     * More groups, each with a load balancer and an endpoint, that get no packets.
     *
     * @param name of the first; the others are numbered on
     * @param weight of their targets
     */
    GatewayDocument with(String name, int count, int targetsEach, int weight) {
        for (int group = 0; group < count; group++) {
            List<String> targets = new ArrayList<>();
            for (int i = 0; i < targetsEach; i++) {
                targets.add("127.200.%d.%d"
                        .formatted(extraTargets / EXTRA_TARGETS_A_NET, 1 + extraTargets % EXTRA_TARGETS_A_NET));
                extraTargets++;
            }
            String numbered = name + "-" + group;
            endpoint(FIRST_EXTRA_VNI + endpoints.size(), numbered);
            group(numbered, targets, "10s", weight);
        }
        return this;
    }

    private void group(String name, List<String> targets, String interval, int weight) {
        StringBuilder yaml = new StringBuilder("""
                  - name: %s
                    health-check: {protocol: TCP, port: %d, interval: %s, timeout: 4s, healthy-threshold: 2, unhealthy-threshold: 10}
                    targets:
                """.formatted(name, Addresses.HEALTH_PORT, interval));
        for (String target : targets) {
            yaml.append("      - {id: %s, zone: az1%s}\n".formatted(target, weight == 1 ? "" : ", weight: " + weight));
        }
        groups.add(yaml.toString());
        balancers.add("  - {name: %s, zones: [az1], listener: {target-group: %s}}\n".formatted(name, name));
    }

    private void endpoint(int vni, String balancer) {
        endpoints.add(
                "  - {id: vpce-%017d, vni: %d, zone: az1, load-balancer: %s, attachments: [\"%s\"], flow-quota: %d}\n"
                        .formatted(vni, vni, balancer, endpointAddress, flowQuota));
    }

    String text() {
        return "zones: [az1]\ntarget-groups:\n" + String.join("", groups) + "load-balancers:\n"
                + String.join("", balancers) + "endpoints:\n" + String.join("", endpoints);
    }
}
