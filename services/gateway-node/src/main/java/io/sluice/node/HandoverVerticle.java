// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** The last to start on a shard's loop: from now on it takes what other shards hand over to it. */
final class HandoverVerticle extends VerticleBase {

    private final Runnable open;

    /**
     * @param open takes it; on the loop
     */
    HandoverVerticle(Runnable open) {
        this.open = open;
    }

    @Override
    public Future<?> start() {
        open.run();
        return Future.succeededFuture();
    }
}
