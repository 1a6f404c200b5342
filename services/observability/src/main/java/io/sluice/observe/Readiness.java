// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether this process can do its job, condition by condition.
 *
 * <p><b>Threading</b>: any thread.
 */
public final class Readiness {

    private final Map<String, String> unmet = new ConcurrentHashMap<>();
    private final Map<String, Boolean> conditions = new ConcurrentHashMap<>();

    /** Says that a condition holds. */
    public void met(String condition) {
        conditions.put(condition, true);
        unmet.remove(condition);
    }

    /** Says that a condition does not hold, and why. */
    public void unmet(String condition, String why) {
        conditions.put(condition, false);
        unmet.put(condition, why);
    }

    /** Whether there are conditions and all of them hold. */
    public boolean ready() {
        return !conditions.isEmpty() && unmet.isEmpty();
    }

    /** Each condition with "ok" or why it does not hold. */
    public Map<String, String> report() {
        Map<String, String> report = new TreeMap<>();
        conditions.keySet().forEach(condition -> report.put(condition, unmet.getOrDefault(condition, "ok")));
        return report;
    }
}
