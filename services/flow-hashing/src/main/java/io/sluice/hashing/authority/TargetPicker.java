// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import java.util.concurrent.CompletionStage;

/** Whom an authority asks for the targets of new flows. */
public interface TargetPicker {

    /**
     * Picks a target for each flow.
     *
     * @return completes on the authority's event loop; exceptionally where nobody answered
     */
    CompletionStage<TargetSelectedBatch> pick(TargetSelectBatch batch);
}
