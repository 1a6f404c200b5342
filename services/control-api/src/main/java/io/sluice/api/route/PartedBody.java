// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

/**
 * Sends a body as fast as its client takes it, {@value #PART_BYTES} bytes at a time: all of a long one at once is copied to
 * memory outside the heap, and stays there for who does not read.
 *
 * <p><b>Threading</b>: confined to the port's event loop.
 */
final class PartedBody {

    private static final int PART_BYTES = 64 << 10;

    private PartedBody() {}

    /**
     * Ends the request.
     *
     * @param context the request, its answer's status and headers set
     * @param body not changed any more
     */
    static void send(RoutingContext context, Buffer body) {
        HttpServerResponse response = context.response();
        if (body.length() <= PART_BYTES || context.request().method().equals(HttpMethod.HEAD)) {
            response.end(body);
        } else {
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            sendFrom(response, body, 0);
        }
    }

    private static void sendFrom(HttpServerResponse response, Buffer body, int from) {
        int at = from;
        while (at < body.length() && !response.writeQueueFull()) {
            int end = Math.min(at + PART_BYTES, body.length());
            response.write(body.slice(at, end));
            at = end;
        }
        if (at == body.length()) {
            response.end();
        } else {
            int next = at;
            response.drainHandler(taken -> sendFrom(response, body, next));
        }
    }
}
