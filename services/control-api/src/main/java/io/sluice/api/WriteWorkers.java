// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * The {@value #THREADS} threads of a process on which everything is done that writes to the store: where the disk, or the votes
 * of other nodes, keep them waiting, what only reads goes on elsewhere; so do renewals, which need no votes, on one more.
 *
 * <p><b>Threading</b>: any thread; answers come where they were asked for.
 */
public final class WriteWorkers {

    private static final String NAME = "sluice-writes";
    private static final int THREADS = 2;
    private static final String RENEWALS = "sluice-renewals";

    private WriteWorkers() {}

    /** Starts the threads, which otherwise live as long as there is work; for as long as the caller's verticle is deployed. */
    public static void hold(Vertx vertx) {
        vertx.createSharedWorkerExecutor(NAME, THREADS);
        vertx.createSharedWorkerExecutor(RENEWALS, 1);
    }

    /** Does something that writes and has a result, when a thread is free. */
    public static <T> Future<T> run(Vertx vertx, Callable<T> work) {
        return run(vertx.createSharedWorkerExecutor(NAME, THREADS), work);
    }

    /** Does something that keeps a lease and waits for no other node. */
    public static <T> Future<T> renew(Vertx vertx, Callable<T> work) {
        return run(vertx.createSharedWorkerExecutor(RENEWALS, 1), work);
    }

    private static <T> Future<T> run(WorkerExecutor workers, Callable<T> work) {
        return workers.executeBlocking(work, false).map(Objects::requireNonNull).onComplete(done -> workers.close());
    }
}
