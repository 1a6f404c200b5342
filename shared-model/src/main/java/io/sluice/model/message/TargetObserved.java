// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import java.util.List;

/**
 * What a codec saw of targets since it started; published every second, and at once when a verdict changes.
 *
 * @param node the codec's node
 * @param bootId when it started, milliseconds since 1970
 * @param targets one entry for each target that got or returned a packet
 * @param verdicts what it says of the path through each target it probes or has found silent; all of them, each time
 */
public record TargetObserved(NodeId node, long bootId, List<Observation> targets, List<DataPathVerdict> verdicts) {

    /** Keeps copies. */
    public TargetObserved {
        targets = List.copyOf(targets);
        verdicts = List.copyOf(verdicts);
    }

    /**
     * Totals of one target.
     *
     * @param target which
     * @param sentPackets packets sent to it
     * @param sentBytes inner bytes sent to it
     * @param returnedPackets packets it returned that were accepted
     * @param returnedBytes inner bytes of those
     * @param rejectedPackets packets it returned that were dropped
     */
    public record Observation(
            TargetRef target,
            long sentPackets,
            long sentBytes,
            long returnedPackets,
            long returnedBytes,
            long rejectedPackets) {}
}
