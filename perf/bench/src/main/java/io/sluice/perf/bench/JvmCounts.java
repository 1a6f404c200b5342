// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a JVM has done so far.
 *
 * @param collections of garbage, of all kinds
 * @param collectingMs how long they took
 * @param heapBytes in use now
 * @param allocatedBytes by each thread, by its name
 * @param cpuNs of each thread
 */
record JvmCounts(
        long collections,
        long collectingMs,
        long heapBytes,
        Map<String, Long> allocatedBytes,
        Map<String, Long> cpuNs) {

    JvmCounts {
        allocatedBytes = Map.copyOf(allocatedBytes);
        cpuNs = Map.copyOf(cpuNs);
    }

    /** What it has done since. A thread that began in between counts from its start; what is in use is the growth. */
    JvmCounts since(JvmCounts before) {
        return new JvmCounts(
                collections - before.collections,
                collectingMs - before.collectingMs,
                heapBytes - before.heapBytes,
                difference(allocatedBytes, before.allocatedBytes),
                difference(cpuNs, before.cpuNs));
    }

    /** The thread that ran longest: under full load the shard's event loop. */
    String busiestThread() {
        return cpuNs.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(Map.Entry::getKey)
                .orElseThrow();
    }

    private static Map<String, Long> difference(Map<String, Long> now, Map<String, Long> before) {
        Map<String, Long> since = new TreeMap<>();
        now.forEach((name, value) -> since.put(name, value - before.getOrDefault(name, 0L)));
        return since;
    }
}
