// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.probe;

import io.sluice.health.core.ProbeResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** The answer to one check: whichever comes first, the target's or the clock's. */
final class Deadline {

    private final Vertx vertx;
    private final Promise<ProbeResult> promise = Promise.promise();
    private final long timerId;

    Deadline(Vertx vertx, long timeoutMs) {
        this.vertx = vertx;
        this.timerId = vertx.setTimer(timeoutMs, _ -> promise.tryComplete(new ProbeResult.TimedOut()));
    }

    /** Whether nobody waits any more. */
    boolean isOver() {
        return promise.future().isComplete();
    }

    void answer(ProbeResult result) {
        if (promise.tryComplete(result)) {
            vertx.cancelTimer(timerId);
        }
    }

    void failed(Throwable cause) {
        String message = cause.getMessage();
        answer(new ProbeResult.ConnectFailed(message == null ? cause.getClass().getSimpleName() : message));
    }

    Future<ProbeResult> future() {
        return promise.future();
    }

    /**
     * When to give up connecting: a second after nobody waits any more, so that the answer is always that of this
     * deadline and the attempt does not outlive it for long.
     */
    static int connectTimeoutMs(long timeoutMs) {
        return (int) Math.min(timeoutMs + 1_000, Integer.MAX_VALUE);
    }
}
