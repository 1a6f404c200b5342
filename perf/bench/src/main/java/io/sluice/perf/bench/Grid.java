// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Which pairs are measured. Rows of one workload are neighbours, so that what is compared is measured right after each
 * other in every round.
 */
final class Grid {

    private static final List<String> SIZES = List.of("64", "512", "1400", "8500", "imix", "mixed");
    private static final List<Integer> FLOWS = List.of(1, 64, 10_000, 1_000_000);

    private static final List<Integer> TARGETS = List.of(1, 4, 32);
    private static final List<Integer> TARGETS_OF_NEW_FLOWS = List.of(2, 32, 300);

    private Grid() {}

    /** What {@code ./sluice bench} measures: each question once, in less than ten minutes. */
    static List<Pair> standard() {
        List<Pair> pairs = new ArrayList<>();
        // what receiving and sending cost by themselves, and what header work adds
        add(pairs, "64-64-1t-one-way", Row.C_REFLECTOR, Row.C_MMSG);
        // nothing to aggregate but what falls in size, and returns to one endpoint
        add(pairs, "mixed-10k-4t-returns", Row.C_MMSG, Row.C_GSO, Row.GATEWAY_IO_URING);
        // coalesced sends
        add(pairs, "512-10k-4t-one-way", Row.C_GSO, Row.GATEWAY_IO_URING);
        add(pairs, "1400-10k-4t-one-way", Row.C_GSO, Row.GATEWAY_IO_URING);
        // aggregates in, aggregates out
        add(pairs, "1400-64-4t-one-way-agg", Row.C_GRO_GSO, Row.GATEWAY_IO_URING);
        add(pairs, "1400-10k-4t-returns-agg", Row.C_GRO_GSO, Row.GATEWAY_IO_URING);
        // round trips
        add(
                pairs,
                "64-10k-4t-returns",
                Row.C_MMSG,
                Row.C_GSO,
                Row.GATEWAY_IO_URING,
                Row.GATEWAY_IO_URING_CHANNEL,
                Row.GATEWAY_EPOLL,
                Row.GATEWAY_NIO,
                Row.NGINX,
                Row.GATEWAY_IO_URING_VETH,
                Row.OVS_USERSPACE,
                Row.OVS_USERSPACE_AFXDP,
                Row.KERNEL_FORWARDING);
        // many flows
        add(pairs, "64-1k-4t-one-way", Row.GATEWAY_IO_URING);
        add(pairs, "64-1M-4t-one-way", Row.GATEWAY_IO_URING);
        // flow set-up
        add(pairs, "new-32t", Row.GATEWAY_IO_URING);
        add(pairs, "new-300t", Row.GATEWAY_IO_URING);
        return List.copyOf(pairs);
    }

    /** Everything. Sizes that change within a flow are not aggregated. */
    static List<Pair> full() {
        List<Pair> pairs = new ArrayList<>();
        for (String size : SIZES) {
            for (int flows : FLOWS) {
                for (int targets : TARGETS) {
                    for (boolean returns : new boolean[] {false, true}) {
                        addAll(pairs, new Workload(size, flows, targets, 1, returns, false));
                        if (!size.equals("mixed")) {
                            addAll(pairs, new Workload(size, flows, targets, 1, returns, true));
                        }
                    }
                }
            }
        }
        for (int targets : TARGETS_OF_NEW_FLOWS) {
            addAll(pairs, Workload.newFlows(targets));
        }
        return List.copyOf(pairs);
    }

    private static void addAll(List<Pair> pairs, Workload workload) {
        for (Row row : Row.values()) {
            if (row.does(workload)) {
                pairs.add(new Pair(workload, row));
            }
        }
    }

    private static void add(List<Pair> pairs, String workload, Row... rows) {
        for (Row row : rows) {
            pairs.add(new Pair(Workload.parse(workload), row));
        }
    }
}
