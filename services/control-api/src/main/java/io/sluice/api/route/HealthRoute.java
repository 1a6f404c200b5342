// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.observe.Readiness;
import io.vertx.core.json.JsonObject;

/** {@code GET /healthz}: the process lives. {@code GET /readyz}: it can do its job, or which condition is missing. */
public final class HealthRoute implements AdminRoute {

    private final Readiness readiness;

    /** @param readiness the process's conditions */
    public HealthRoute(Readiness readiness) {
        this.readiness = readiness;
    }

    @Override
    public void bind(Operations operations) {
        operations.on("getHealth", context -> context.json(new JsonObject().put("status", "ok")));
        operations.on("getReadiness", context -> {
            boolean ready = readiness.ready();
            JsonObject conditions = new JsonObject();
            readiness.report().forEach(conditions::put);
            context.response().setStatusCode(ready ? 200 : 503);
            context.json(new JsonObject().put("ready", ready).put("conditions", conditions));
        });
    }
}
