// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.probe;

import io.sluice.health.core.ProbeResult;
import io.vertx.core.Future;

/** Checks a target once. */
public interface Probe {

    /**
     * Makes one check on a connection of its own, which is closed when the answer is known (H-1).
     *
     * <p><b>Errors</b>: none; whatever goes wrong is a {@link ProbeResult}, within the request's timeout.
     */
    Future<ProbeResult> check(ProbeRequest request);

    /** Gives back sockets; checks under way fail. */
    Future<Void> close();
}
