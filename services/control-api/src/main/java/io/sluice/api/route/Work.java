// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ProblemCode;
import io.sluice.api.WriteWorkers;
import io.sluice.api.access.Identity;
import io.sluice.api.agree.Contended;
import io.sluice.api.agree.NoMajority;
import io.sluice.api.resource.Precondition;
import io.sluice.api.resource.Refusal;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Makes an answer off the event loop, since a large model takes long, and sends it, or the problem that came of it. What
 * writes to the store has {@linkplain WriteWorkers threads of its own}.
 */
final class Work {

    private static final byte[] NO_BODY = new byte[0];

    private Work() {}

    static void run(RoutingContext context, Callable<Reply> work) {
        reply(context, context.vertx().executeBlocking(work, false).map(Objects::requireNonNull));
    }

    /** The same for what writes to the store. */
    static void write(RoutingContext context, Callable<Reply> work) {
        reply(context, WriteWorkers.run(context.vertx(), work));
    }

    /** The same for what may be the renewal of a lease, which waits for no other node; where it is none, the other is done. */
    static void renewOrWrite(RoutingContext context, Callable<Optional<Reply>> renewal, Callable<Reply> work) {
        Vertx vertx = context.vertx();
        reply(
                context,
                WriteWorkers.renew(vertx, renewal)
                        .compose(reply ->
                                reply.map(Future::succeededFuture).orElseGet(() -> WriteWorkers.run(vertx, work))));
    }

    /** The same for what is done somewhere else; the request's body counts until then. */
    static void reply(RoutingContext context, Future<Reply> work) {
        HeldBody.during(context, work).onComplete(reply -> reply.send(context), failure -> fail(context, failure));
    }

    /** Answers with what went wrong. */
    static void fail(RoutingContext context, Throwable failure) {
        switch (failure) {
            case Refusal refusal -> ProblemReply.send(context, refusal);
            case InvalidDocument invalid -> ProblemReply.send(context, Refusal.of(invalid));
            case NoMajority none ->
                ProblemReply.send(context, 503, ProblemCode.NO_MAJORITY, "", String.valueOf(none.getMessage()));
            case Contended contended -> {
                context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
                ProblemReply.send(context, 503, ProblemCode.CONTENDED, "", String.valueOf(contended.getMessage()));
            }
            case StoreUnavailable store ->
                ProblemReply.send(
                        context,
                        503,
                        ProblemCode.STORE_UNAVAILABLE,
                        "",
                        (store.mayTakeEffect() ? "" : "nothing was changed: ") + store.getMessage());
            default -> context.fail(failure);
        }
    }

    /** Whose doing a request is. */
    static ChangeOrigin origin(RoutingContext context, String act) {
        return new ChangeOrigin(Identity.of(context).who(), act);
    }

    static byte[] body(RoutingContext context) {
        Buffer body = context.body().buffer();
        return body == null ? NO_BODY : body.getBytes();
    }

    static Precondition precondition(RoutingContext context) throws Refusal {
        return Precondition.of(
                context.request().getHeader(HttpHeaders.IF_MATCH),
                context.request().getHeader(HttpHeaders.IF_NONE_MATCH));
    }
}
