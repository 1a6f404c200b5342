// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A target group whose configuration and health a seed changes, and what that permits: when a flow may leave an appliance
 * under {@code rebalance} (T5, T6).
 *
 * <p>It has three appliances in each of two zones. <b>Units</b>: milliseconds since 1970. <b>Threading</b>: changed by one
 * thread, judged by another once that has ended.
 */
final class ChangingGroup {

    private static final int ZONES = 2;
    private static final int PER_ZONE = 3;
    private static final int TARGETS = ZONES * PER_ZONE;
    private static final int DELAY_S = 60;

    /** The interval of its health checks; two results in a row count. */
    private static final long CHECK_MS = 5_000;

    private static final long CHECK_TIMEOUT_MS = 2_000;

    /** From a document's or a probe's effect to the packet that shows it, on a machine that does much else. */
    private static final long SLACK_MS = 3_000;

    /** When something may be so, both ends included. */
    private record Interval(long fromMs, long toMs) {}

    /** What a document said from a time on. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Said(long atMs, boolean[] registered, int delayS) {}

    private final String name;
    private final String failover;
    private final int firstVni;
    private final List<String> addresses;
    private final boolean[] registered = new boolean[TARGETS];
    private final boolean[] healthPort = new boolean[TARGETS];
    private final int[] weights = new int[TARGETS];
    private final long[] downSinceMs = new long[TARGETS];
    private final List<List<Interval>> unhealthy = new ArrayList<>();
    private final List<Said> said = new ArrayList<>();
    private int delayS = DELAY_S;
    private boolean crossZone;

    /**
     * @param name of group and load balancer
     * @param failover value of {@code target-failover}
     * @param firstVni its endpoint's in the first zone; that in the second has the next
     * @param firstHost last number of its first appliance's address in each zone
     */
    ChangingGroup(String name, String failover, int firstVni, int firstHost) {
        this.name = name;
        this.failover = failover;
        this.firstVni = firstVni;
        this.addresses = IntStream.range(0, TARGETS)
                .mapToObj(i -> "10.1." + (1 + i / PER_ZONE) + "." + (firstHost + i % PER_ZONE))
                .toList();
        Arrays.fill(registered, true);
        Arrays.fill(healthPort, true);
        Arrays.fill(weights, 1);
        addresses.forEach(address -> unhealthy.add(new ArrayList<>()));
    }

    String name() {
        return name;
    }

    List<String> addresses() {
        return addresses;
    }

    List<String> vnis() {
        return List.of("" + firstVni, "" + (firstVni + 1));
    }

    /** Its element of {@code target-groups}. */
    String targetGroup() {
        String targets = IntStream.range(0, TARGETS)
                .filter(i -> registered[i])
                .mapToObj(i -> "{id: " + addresses.get(i) + ", zone: az" + (1 + i / PER_ZONE) + ", weight: "
                        + weights[i] + "}")
                .collect(Collectors.joining(", "));
        return """
                  - name: %s
                    target-failover: %s
                    deregistration-delay: %ds
                    health-check: {port: 80, interval: 5s, timeout: 2s, healthy-threshold: 2, unhealthy-threshold: 2}
                    targets: [%s]
                """.formatted(name, failover, delayS, targets);
    }

    /** Its element of {@code load-balancers}. */
    String loadBalancer() {
        return "  - {name: %s, zones: [az1, az2], cross-zone: %s, listener: {target-group: %s}}\n"
                .formatted(name, crossZone, name);
    }

    /** Its elements of {@code endpoints}: one in each zone. */
    String endpoints() {
        return IntStream.range(0, ZONES)
                .mapToObj(zone -> ("  - {id: vpce-0%016x, vni: %d, zone: az%d, load-balancer: %s, attachments:"
                                + " [\"10.0.0.2\"]}\n")
                        .formatted(endpointId(firstVni + zone), firstVni + zone, zone + 1, name))
                .collect(Collectors.joining());
    }

    static long endpointId(int vni) {
        return 0x1000_0000_0000_0000L + vni;
    }

    /** Changes one thing; what it was. */
    String change(Random random, ApplianceFleet fleet) throws InterruptedException {
        int target = random.nextInt(TARGETS);
        int kind = random.nextInt(10);
        if (kind < 4) {
            if (registered[target] && registeredInZone(target / PER_ZONE) == 1) {
                return "nothing"; // every enabled zone keeps a target (T3d)
            }
            registered[target] = !registered[target];
            return (registered[target] ? "register " : "deregister ") + addresses.get(target);
        }
        if (kind < 7) {
            health(target, !healthPort[target], fleet);
            return (healthPort[target] ? "health up " : "health down ") + addresses.get(target);
        }
        if (kind == 7) {
            delayS = DELAY_S - delayS;
            return "deregistration-delay " + delayS + " s";
        }
        if (kind == 8) {
            crossZone = !crossZone;
            return "cross-zone " + crossZone;
        }
        weights[target] = 1 + random.nextInt(5);
        return "weight " + weights[target] + " of " + addresses.get(target);
    }

    /** The end: all appliances answer health checks, and who is deregistered is gone at once. */
    void calm(ApplianceFleet fleet) throws InterruptedException {
        delayS = 0;
        for (int target = 0; target < TARGETS; target++) {
            health(target, true, fleet);
        }
    }

    private long registeredInZone(int zone) {
        return IntStream.range(0, TARGETS)
                .filter(i -> i / PER_ZONE == zone && registered[i])
                .count();
    }

    private void health(int target, boolean up, ApplianceFleet fleet) throws InterruptedException {
        if (healthPort[target] == up) {
            return;
        }
        healthPort[target] = up;
        fleet.health(addresses.get(target), up);
        long nowMs = System.currentTimeMillis();
        if (up) {
            // two failures in a row take an interval at least; it recovers with the second success
            unhealthy
                    .get(target)
                    .add(new Interval(
                            downSinceMs[target] + CHECK_MS - SLACK_MS,
                            nowMs + 2 * CHECK_MS + CHECK_TIMEOUT_MS + SLACK_MS));
        } else {
            downSinceMs[target] = nowMs;
        }
    }

    /** The document of now is about to be put. */
    void saying() {
        said.add(new Said(System.currentTimeMillis(), registered.clone(), delayS));
    }

    long registeredCount() {
        return IntStream.range(0, TARGETS).filter(i -> registered[i]).count();
    }

    boolean registered(InetAddress address) {
        return registered[addresses.indexOf(address.getHostAddress())];
    }

    /**
     * Whether a flow may have left an appliance because of T5 or T6: it was unhealthy when the flow's next packet came, or
     * the registration the flow was given ended since. A target that is registered anew is another, so neither how long the
     * flow had nothing to send matters, nor how long it stayed because no target was healthy (T10).
     *
     * @param sinceMs when the flow's first packet came there
     * @param nextMs when its next one came elsewhere
     */
    boolean mayHaveLeft(InetAddress address, long sinceMs, long nextMs) {
        int target = addresses.indexOf(address.getHostAddress());
        return unhealthy.get(target).stream().anyMatch(interval -> in(interval, nextMs))
                || ended(target, sinceMs, nextMs);
    }

    private static boolean in(Interval interval, long atMs) {
        return interval.fromMs <= atMs && atMs <= interval.toMs;
    }

    /** Whether a registration that was there at a time, give or take the slack, was over at a later one. */
    private boolean ended(int target, long sinceMs, long nextMs) {
        long deregisteredAtMs = Long.MAX_VALUE;
        boolean gone = false;
        for (int i = 0; i < said.size(); i++) {
            Said now = said.get(i);
            long untilMs = i + 1 < said.size() ? said.get(i + 1).atMs : Long.MAX_VALUE - SLACK_MS;
            if (now.registered[target]) {
                deregisteredAtMs = Long.MAX_VALUE;
                gone = false;
                continue;
            }
            if (deregisteredAtMs == Long.MAX_VALUE) {
                deregisteredAtMs = now.atMs;
            }
            long goneAtMs = gone ? now.atMs : Math.max(now.atMs, deregisteredAtMs + now.delayS * 1_000L);
            if (goneAtMs < untilMs) {
                gone = true;
                if (goneAtMs <= nextMs && sinceMs <= untilMs + SLACK_MS) {
                    return true;
                }
            }
        }
        return false;
    }
}
