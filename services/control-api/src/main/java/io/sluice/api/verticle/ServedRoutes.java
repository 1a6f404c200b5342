// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.vertx.ext.web.Router;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a port serves: few routes from its start, and those of the contract once it has been read.
 *
 * <p><b>Threading</b>: filled by one thread at a time, asked by any.
 */
final class ServedRoutes {

    private volatile @Nullable Router root;
    private volatile boolean complete;

    /** The port has started with these routes. */
    void root(Router router) {
        root = router;
    }

    /**
     * Those of the contract are served from now on.
     *
     * @throws NullPointerException where the port has not started
     */
    void add(Router contract) {
        Objects.requireNonNull(root, "the port has not started").route("/*").subRouter(contract);
        complete = true;
    }

    /** Whether all routes are served. */
    boolean complete() {
        return complete;
    }
}
