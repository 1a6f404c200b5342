// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One scene of the second act: something is changed, the gateway notices, flows old and new are looked at.
 *
 * @param changes what is done
 * @param healthy the appliances that are healthy then; all others are unhealthy
 * @param newFlows where new flows of each zone's endpoints go: to each of these and to no other
 * @param existing what becomes of flows on unhealthy appliances; all others stay and are answered
 * @param keepsQuiet whether the flows made here say nothing more until {@link Existing#MOVE} is looked at
 * @param shows rows of the tables that this scene shows
 * @param recovers rows whose recovery column this scene shows
 */
record Scene(
        List<Change> changes,
        Set<String> healthy,
        Map<String, Set<String>> newFlows,
        Existing existing,
        boolean keepsQuiet,
        List<Row.Id> shows,
        List<Row.Id> recovers) {

    /** What becomes of flows on an unhealthy appliance. */
    enum Existing {
        /** They stay with it: answered if it works, else stalled (T1a … T2c). */
        STAY,
        /** TCP flows that say something are reset; others stay (T14). */
        RESET,
        /** They go to a healthy one, with a new cookie (T5, T9). */
        MOVE
    }

    /** What was done, in words. */
    String done() {
        return changes.isEmpty()
                ? "all healthy"
                : String.join("; ", changes.stream().map(Change::toString).toList());
    }
}
