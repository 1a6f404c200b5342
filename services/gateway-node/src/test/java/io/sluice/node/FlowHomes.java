// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static io.sluice.node.Scenario.observed;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** The appliance at which each flow is at home, and whether it is there, by what appliances saw. */
final class FlowHomes {

    private static final long ENDPOINT = 0xa1b2c3d4e5f60718L;
    private static final int EXAMPLES = 5;

    private final FlowBook book;
    private final List<SpokenFlow> flows;
    private final Map<SpokenFlow, String> homes = new HashMap<>();

    /** No flow has a home yet. */
    FlowHomes(FlowBook book, List<SpokenFlow> flows) {
        this.book = book;
        this.flows = List.copyOf(flows);
    }

    /** Where these flows are now is their home; says how many have been seen. */
    int settle(Collection<SpokenFlow> some) {
        Map<SpokenFlow, String> now = whereabouts();
        now.keySet().retainAll(Set.copyOf(some));
        homes.putAll(now);
        return now.size();
    }

    /** The appliance that each flow was seen at last. */
    Map<SpokenFlow, String> whereabouts() {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        Map<SpokenFlow, String> found = new HashMap<>();
        for (SpokenFlow flow : flows) {
            List<FlowBook.Stretch> stretches = stretches(seen, flow);
            if (stretches != null) {
                found.put(flow, stretches.getLast().appliance.getHostAddress());
            }
        }
        return found;
    }

    /** The book names a flow by the first packet that came to an appliance, which of a busy start may be an answer. */
    private static @Nullable List<FlowBook.Stretch> stretches(
            Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen, SpokenFlow flow) {
        List<FlowBook.Stretch> named = seen.get(new FlowBook.FlowName(ENDPOINT, flow.tuple()));
        return named == null
                ? seen.get(new FlowBook.FlowName(ENDPOINT, flow.tuple().reversed()))
                : named;
    }

    private long away() {
        Map<SpokenFlow, String> now = whereabouts();
        return homes.entrySet().stream()
                .filter(home -> !home.getValue().equals(now.get(home.getKey())))
                .count();
    }

    /**
     * Waits until the last that was seen of every flow was at its home; a flow that was decided anew by an ingress that could
     * ask nobody is corrected as soon as it can.
     *
     * @return after how many milliseconds; -1 where some stayed away
     */
    long awaitHome(Duration within) throws InterruptedException {
        long beginMs = System.currentTimeMillis();
        Thread.sleep(1_000);
        try {
            await("every flow is where it was").atMost(within).until(() -> away() == 0);
            return System.currentTimeMillis() - beginMs;
        } catch (ConditionTimeoutException some) {
            return -1;
        }
    }

    /** Says how many flows are away and how many ever were; the first few by name. */
    void judge(String name) {
        Map<FlowBook.FlowName, List<FlowBook.Stretch>> seen = book.flows();
        Map<SpokenFlow, String> now = whereabouts();
        int moved = 0;
        Set<String> examples = new TreeSet<>();
        for (Map.Entry<SpokenFlow, String> home : homes.entrySet()) {
            List<FlowBook.Stretch> stretches =
                    Objects.requireNonNull(stretches(seen, home.getKey()), "it has a home, so it was seen");
            Set<String> visited = stretches.stream()
                    .map(stretch -> stretch.appliance.getHostAddress())
                    .collect(Collectors.toSet());
            if (visited.size() > 1 || !visited.contains(home.getValue())) {
                moved++;
                if (examples.size() < EXAMPLES) {
                    examples.add(home.getKey() + " " + stretches);
                }
            }
        }
        observed(name + ".away", away());
        observed(
                name + ".away-examples",
                homes.entrySet().stream()
                        .filter(home -> !home.getValue().equals(now.get(home.getKey())))
                        .limit(EXAMPLES)
                        .map(home -> home + " " + stretches(seen, home.getKey()))
                        .toList());
        observed(name + ".moved-so-far", moved);
        observed(name + ".examples", examples);
    }
}
