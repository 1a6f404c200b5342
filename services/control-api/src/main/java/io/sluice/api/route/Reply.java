// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.resource.JsonTree;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to answer: made where it may take long, sent from the event loop.
 *
 * @param status HTTP status
 * @param etag with its quotes; empty for none
 * @param body JSON; nothing for none
 */
record Reply(int status, String etag, Buffer body) {

    static final String NO_ETAG = "";

    static Reply ok(Map<String, ? extends @Nullable Object> body) {
        return of(200, NO_ETAG, body);
    }

    static Reply of(int status, String etag, Map<String, ? extends @Nullable Object> body) {
        return new Reply(status, etag, Buffer.buffer(JsonTree.bytes(body)));
    }

    static Reply nothing(int status) {
        return new Reply(status, NO_ETAG, Buffer.buffer());
    }

    void send(RoutingContext context) {
        context.response().setStatusCode(status);
        if (!etag.isEmpty()) {
            context.response().putHeader(HttpHeaders.ETAG, etag);
        }
        if (body.length() == 0) {
            context.response().end();
        } else {
            context.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
            PartedBody.send(context, body);
        }
    }
}
