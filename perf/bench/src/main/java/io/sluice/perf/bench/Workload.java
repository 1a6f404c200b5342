// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One kind of traffic. Its name says all of it: {@code 1400-10k-4t-returns-agg} is inner packets of 1400 bytes, 10,000
 * flows, four targets, returns, an aggregated sender; {@code 64-10k-4t-16e-one-way} spreads its flows over 16 endpoints;
 * {@code new-32t} is flow set-up: every packet, of 64 bytes, opens a flow.
 *
 * @param size bytes of the inner packet, or {@code imix} (64, 576 and 1400 bytes, 7 : 4 : 1), or {@code mixed} (64 to
 *     1400 bytes, each packet of a flow another)
 * @param flows inner 5-tuples, taken in turn; 0: each packet has one of its own
 * @param targets appliances of the endpoint's group
 * @param endpoints of that group, flows in turn
 * @param returns whether appliances give packets back, so that a packet passes the forwarder twice
 * @param aggregated whether packets are sent {@link #burst} at a time, each of one flow, as one aggregate
 */
record Workload(String size, int flows, int targets, int endpoints, boolean returns, boolean aggregated) {

    private static final Pattern NAME =
            Pattern.compile("(\\d+|imix|mixed)-(\\d+[kM]?)-(\\d+)t-(?:(\\d+)e-)?(one-way|returns)(-agg)?");
    private static final Pattern NEW_FLOWS = Pattern.compile("new-(\\d+)t");
    private static final String NEW_FLOW_SIZE = "64";
    private static final int SEGMENTS_MAX = 32;
    /** A kernel takes at most 65,507 bytes at once; the forwarder's longer header has to fit too. */
    private static final int AGGREGATE_BYTES_MAX = 65_000;

    private static final int HEADER_BYTES = 40;
    private static final int WINDOW_PLAIN = 512;
    private static final int WINDOW_AGGREGATED = 1024;

    static Workload parse(String name) {
        Matcher newFlows = NEW_FLOWS.matcher(name);
        if (newFlows.matches()) {
            return newFlows(Integer.parseInt(newFlows.group(1)));
        }
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + name + "' is no workload such as 1400-10k-4t-returns-agg");
        }
        return new Workload(
                parts.group(1),
                number(parts.group(2)),
                Integer.parseInt(parts.group(3)),
                parts.group(4) == null ? 1 : Integer.parseInt(parts.group(4)),
                parts.group(5).equals("returns"),
                parts.group(6) != null);
    }

    /** Flow set-up with so many targets. */
    static Workload newFlows(int targets) {
        return new Workload(NEW_FLOW_SIZE, 0, targets, 1, false, false);
    }

    String name() {
        if (opensFlows()) {
            return "new-" + targets + "t";
        }
        return size + "-" + shortly(flows) + "-" + targets + "t-" + (endpoints == 1 ? "" : endpoints + "e-")
                + (returns ? "returns" : "one-way") + (aggregated ? "-agg" : "");
    }

    /** Whether every packet opens a flow: a rate of packets is one of flows then. */
    boolean opensFlows() {
        return flows == 0;
    }

    /** Packets an aggregate; 1 for a plain sender. */
    int burst() {
        if (!aggregated) {
            return 1;
        }
        int largest = size.equals("imix") ? 1400 : Integer.parseInt(size);
        return Math.min(SEGMENTS_MAX, AGGREGATE_BYTES_MAX / (largest + HEADER_BYTES));
    }

    /** Packets under way in the closed loop. */
    int window() {
        return aggregated ? WINDOW_AGGREGATED : WINDOW_PLAIN;
    }

    private static int number(String text) {
        char unit = text.charAt(text.length() - 1);
        String digits = Character.isDigit(unit) ? text : text.substring(0, text.length() - 1);
        return Integer.parseInt(digits) * (unit == 'M' ? 1_000_000 : unit == 'k' ? 1_000 : 1);
    }

    private static String shortly(int count) {
        if (count % 1_000_000 == 0) {
            return count / 1_000_000 + "M";
        }
        return count % 1_000 == 0 ? count / 1_000 + "k" : String.valueOf(count);
    }
}
