// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.health.DataPathVerdict;
import org.jspecify.annotations.Nullable;

/** Is told when the verdict on a path changes. */
@FunctionalInterface
public interface VerdictListener {

    /**
     * A path does something else than before.
     *
     * @param verdict what it does now
     * @param before what it did; null where nothing was known
     */
    void changed(DataPathVerdict verdict, DataPathVerdict.@Nullable State before);
}
