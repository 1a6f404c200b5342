// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What answers each operation of the contract.
 *
 * <p><b>Threading</b>: confined to who fills it, then unchanged.
 */
public final class Operations {

    private final Map<String, Handler<RoutingContext>> handlers = new TreeMap<>();

    /**
     * Binds an operation.
     *
     * @throws IllegalStateException where it is bound already
     */
    public Operations on(String operationId, Handler<RoutingContext> handler) {
        if (handlers.putIfAbsent(operationId, handler) != null) {
            throw new IllegalStateException("operation " + operationId + " is bound twice: expected once");
        }
        return this;
    }

    /** Ids of what is bound, in order. */
    public Set<String> ids() {
        return Collections.unmodifiableSet(handlers.keySet());
    }

    /** What answers an operation. */
    public Optional<Handler<RoutingContext>> handler(String operationId) {
        return Optional.ofNullable(handlers.get(operationId));
    }
}
