// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import java.util.List;

/**
 * Everything one prober knows, published on each transition and again every few seconds.
 *
 * <p>Of two reports of one source the newer wins: a later boot, or of one boot the higher sequence.
 *
 * @param source the probing node
 * @param bootId when that node's prober started, milliseconds since 1970
 * @param sequence rises with each report of one boot
 * @param targets its full state
 */
public record HealthChanged(NodeId source, long bootId, long sequence, List<TargetHealth> targets) {

    /** Keeps a copy. */
    public HealthChanged {
        targets = List.copyOf(targets);
    }
}
