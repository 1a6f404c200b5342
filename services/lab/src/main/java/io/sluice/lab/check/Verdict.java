// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What captures showed.
 *
 * @param flows in order of their first packets
 * @param counts violations per rule; a rule that held is absent
 * @param examples the first few violations of each violated rule
 */
public record Verdict(List<ObservedFlow> flows, Map<Rule, Long> counts, Map<Rule, List<String>> examples) {

    public long violations(Rule rule) {
        return counts.getOrDefault(rule, 0L);
    }

    /** The flow of this name, whichever of its two ends sent the first packet. */
    public Optional<ObservedFlow> flow(FlowName name) {
        FlowName reversed = name.reversed();
        return flows.stream()
                .filter(flow -> flow.name().equals(name) || flow.name().equals(reversed))
                .findFirst();
    }

    /** The flow of this name at an endpoint: others may have flows with the same name (F-5). */
    public Optional<ObservedFlow> flow(String endpoint, FlowName name) {
        FlowName reversed = name.reversed();
        return flows.stream()
                .filter(flow -> flow.endpoint().equals(endpoint))
                .filter(flow -> flow.name().equals(name) || flow.name().equals(reversed))
                .findFirst();
    }

    /** The appliances that packets of this flow were sent to, in either direction. */
    public Set<String> appliances(FlowName name) {
        Set<String> appliances = new TreeSet<>();
        flow(name).ifPresent(seen -> {
            appliances.addAll(seen.appliancesForward());
            appliances.addAll(seen.appliancesReverse());
        });
        return appliances;
    }

    /** One line about a rule: that it held, or how often it did not, with examples. */
    public String sentence(Rule rule) {
        long count = violations(rule);
        if (count == 0) {
            return rule.meaning();
        }
        return count + " violations of \"" + rule.meaning() + "\", such as "
                + String.join("; ", examples.getOrDefault(rule, List.of()));
    }
}
