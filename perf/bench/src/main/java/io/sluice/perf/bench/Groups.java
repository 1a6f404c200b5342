// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a forwarder is configured with: target groups, and endpoints of each.
 *
 * <p>No more than its workloads ask for: a gateway's health checks of targets that get no traffic would take time too.
 *
 * @param endpointsOf number of endpoints for each number of targets
 */
record Groups(SortedMap<Integer, Integer> endpointsOf) {

    Groups {
        endpointsOf = Collections.unmodifiableSortedMap(new TreeMap<>(endpointsOf));
    }

    static Groups of(Collection<Workload> workloads) {
        SortedMap<Integer, Integer> endpointsOf = new TreeMap<>();
        for (Workload workload : workloads) {
            endpointsOf.merge(workload.targets(), workload.endpoints(), Math::max);
        }
        return new Groups(endpointsOf);
    }

    /** Endpoints of the group of so many targets. */
    int endpoints(int targets) {
        return endpointsOf.getOrDefault(targets, 0);
    }

    /** Targets of all groups. */
    int targets() {
        return endpointsOf.keySet().stream().mapToInt(count -> count).sum();
    }
}
