// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.vertx.core.Future;

/** scratch */
public interface BusRegistration {
    /** scratch */
    Future<Void> close();
}
