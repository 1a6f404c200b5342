// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.model.metric.MetricName;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What a metric of a gateway is, where several processes have it. */
final class GatewayMetric {

    /** What a process says of the gateway and not of itself, as far as it knows. */
    private static final Set<MetricName> OF_THE_GATEWAY =
            EnumSet.of(MetricName.TARGETS, MetricName.TARGET_HEALTHY, MetricName.CONFIG_REVISION);

    private GatewayMetric() {}

    /**
     * The sum over the processes of what each says of itself. Of the gateway all that say something say the same; while they do
     * not, this is no number, which is equal to none that a test waits for.
     *
     * @param answers of the processes' {@code /metrics}
     */
    static double of(List<String> answers, String name, String labels) {
        if (OF_THE_GATEWAY.stream().noneMatch(metric -> metric.text().equals(name))) {
            return answers.stream()
                    .mapToDouble(answer -> NodeProcess.sum(answer, name, labels))
                    .sum();
        }
        double[] said = answers.stream()
                .filter(answer ->
                        answer.lines().anyMatch(line -> line.startsWith(name + "{") || line.startsWith(name + " ")))
                .mapToDouble(answer -> NodeProcess.sum(answer, name, labels))
                .distinct()
                .toArray();
        return switch (said.length) {
            case 0 -> 0;
            case 1 -> said[0];
            default -> Double.NaN;
        };
    }
}
