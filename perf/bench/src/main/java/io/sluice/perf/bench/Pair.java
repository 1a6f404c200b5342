// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

/**
 * A cell of the table: one forwarder under one workload.
 *
 * @param workload the traffic
 * @param row the forwarder
 */
record Pair(Workload workload, Row row) {

    String name() {
        return row.text() + " " + workload.name();
    }
}
