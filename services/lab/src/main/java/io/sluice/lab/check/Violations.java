// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts violations per rule and keeps the first few of each as examples. */
final class Violations {
    private static final int EXAMPLES_PER_RULE_MAX = 3;

    private final Map<Rule, Long> counts = new EnumMap<>(Rule.class);
    private final Map<Rule, List<String>> examples = new EnumMap<>(Rule.class);

    void add(Rule rule, String example) {
        counts.merge(rule, 1L, Long::sum);
        List<String> kept = examples.computeIfAbsent(rule, ignored -> new ArrayList<>());
        if (kept.size() < EXAMPLES_PER_RULE_MAX) {
            kept.add(example);
        }
    }

    Violations copy() {
        Violations copy = new Violations();
        copy.counts.putAll(counts);
        examples.forEach((rule, kept) -> copy.examples.put(rule, new ArrayList<>(kept)));
        return copy;
    }

    Map<Rule, Long> counts() {
        return new EnumMap<>(counts);
    }

    Map<Rule, List<String>> examples() {
        return new EnumMap<>(examples);
    }
}
