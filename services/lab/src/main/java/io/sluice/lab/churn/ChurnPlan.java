// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

/**
 * How much of everything.
 *
 * @param seed of changes and failures
 * @param seconds that changes are made for
 * @param flows that live all the time
 * @param changesPerMinute evenly spread
 * @param periodMs from one packet of a live flow to its next
 */
record ChurnPlan(long seed, int seconds, int flows, int changesPerMinute, int periodMs) {
    /** Changes in all. */
    int changes() {
        return seconds * changesPerMinute / 60;
    }

    /** When a change is due, from the start. */
    long dueMs(int change) {
        return change * 60_000L / changesPerMinute;
    }
}
