// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a request's body, which count for as long as anything holds them: the request until it is answered or its
 * client has gone, and what works on them until that is done, whether or not anybody waits for it still.
 *
 * <p><b>Threading</b>: confined to the port's event loop.
 */
public final class HeldBody {

    private static final String KEY = "sluice.held-body";

    private final RoutingContext context;
    private final Runnable release;
    private boolean answered;
    private int working;

    private HeldBody(RoutingContext context, Runnable release) {
        this.context = context;
        this.release = release;
    }

    /**
     * A request is going to have a body.
     *
     * @param context the request
     * @param release runs once nothing holds the body any more
     */
    public static void hold(RoutingContext context, Runnable release) {
        HeldBody held = new HeldBody(context, release);
        context.put(KEY, held);
        context.addEndHandler(ended -> {
            held.answered = true;
            held.releaseIfUnused();
        });
    }

    /** Counts the body of a request, where it has one, until work on it is done. */
    static <T> Future<T> during(RoutingContext context, Future<T> work) {
        @Nullable HeldBody held = context.get(KEY);
        if (held == null) {
            return work;
        }
        held.working++;
        return work.onComplete(done -> {
            held.working--;
            held.releaseIfUnused();
        });
    }

    private void releaseIfUnused() {
        if (answered && working == 0 && context.remove(KEY) != null) {
            release.run();
        }
    }
}
