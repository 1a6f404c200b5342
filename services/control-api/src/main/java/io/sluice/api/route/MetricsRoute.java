// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.observe.MetricsRegistry;
import io.vertx.core.http.HttpHeaders;

/** {@code GET /metrics} in the Prometheus text form. */
public final class MetricsRoute implements AdminRoute {

    private final MetricsRegistry metrics;

    /** @param metrics the process's metrics */
    public MetricsRoute(MetricsRegistry metrics) {
        this.metrics = metrics;
    }

    @Override
    public void bind(Operations operations) {
        operations.on(
                "getMetrics",
                context -> context.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
                        .end(metrics.scrape()));
    }
}
