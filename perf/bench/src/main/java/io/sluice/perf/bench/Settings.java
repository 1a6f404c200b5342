// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.nio.file.Path;

/**
 * How a run is made.
 *
 * @param root of the tree
 * @param scratch directory for logs and data of forwarders, which stays if the run fails
 * @param rounds how often each pair is measured
 * @param forwarderCore the core that forwarders have for themselves
 * @param loadCore the core of generator, appliances and sink
 * @param flowCapacity of each forwarder's table
 * @param newFlowsMax how many flows one measurement of flow set-up may open
 */
record Settings(
        Path root, Path scratch, int rounds, int forwarderCore, int loadCore, int flowCapacity, int newFlowsMax) {

    static final int WARM_MS = 300;
    static final int CLOSED_MS = 700;
    static final int SEARCH_STEPS = 6;
    static final int SEARCH_MS = 300;
    static final int LATENCY_MS = 700;
}
