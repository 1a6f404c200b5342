// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Answers what is no request of HTTP, or too long a one: no route sees it, and its connection ends. */
final class UnreadableRequest {

    private UnreadableRequest() {}

    static void answer(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        if (cause instanceof TooLongHttpLineException) {
            answer(
                    request,
                    414,
                    ProblemCode.TOO_LARGE,
                    "the request's first line is too long: expected at most 4096 bytes");
        } else if (cause instanceof TooLongHttpHeaderException) {
            answer(
                    request,
                    431,
                    ProblemCode.TOO_LARGE,
                    "the request's headers are too long: expected at most " + AdminHttpVerticle.HEADER_BYTES_MAX
                            + " bytes");
        } else {
            answer(request, 400, ProblemCode.BAD_REQUEST, "this is no request of HTTP/1.1");
        }
    }

    private static void answer(HttpServerRequest request, int status, ProblemCode code, String detail) {
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        ProblemReply.send(request.response(), status, code, detail)
                .onComplete(sent -> request.connection().close());
    }
}
