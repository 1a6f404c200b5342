// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.observe;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether this process can do its job, condition by condition.
 *
 * <p><b>Threading</b>: any thread. A condition and its reason change together.
 */
public final class Readiness {

    private record Condition(boolean holds, String text) {}

    private static final Condition MET = new Condition(true, "ok");

    private final Map<String, Condition> conditions = new ConcurrentHashMap<>();

    /** Says that a condition holds. */
    public void met(String condition) {
        conditions.put(condition, MET);
    }

    /** Says that a condition does not hold, and why. */
    public void unmet(String condition, String why) {
        conditions.put(condition, new Condition(false, why));
    }

    /** Whether there are conditions and all of them hold. */
    public boolean ready() {
        return !conditions.isEmpty() && conditions.values().stream().allMatch(Condition::holds);
    }

    /** Each condition with "ok" or why it does not hold, in order of their names. */
    public Map<String, String> report() {
        Map<String, String> report = new TreeMap<>();
        conditions.forEach((name, condition) -> report.put(name, condition.text()));
        return report;
    }
}
