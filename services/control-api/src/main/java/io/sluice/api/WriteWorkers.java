// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * The {@value #THREADS} threads of a process on which everything is done that writes to the store: where the disk keeps
 * them waiting, what only reads goes on elsewhere.
 *
 * <p><b>Threading</b>: any thread; answers come where they were asked for.
 */
public final class WriteWorkers {

    private static final String NAME = "sluice-writes";
    private static final int THREADS = 2;

    private WriteWorkers() {}

    /** Starts the threads, which otherwise live as long as there is work; closed by who holds it. */
    public static WorkerExecutor hold(Vertx vertx) {
        return vertx.createSharedWorkerExecutor(NAME, THREADS);
    }

    /** Does something that writes and has a result, when a thread is free. */
    public static <T> Future<T> run(Vertx vertx, Callable<T> work) {
        WorkerExecutor workers = hold(vertx);
        return workers.executeBlocking(work, false).map(Objects::requireNonNull).onComplete(done -> workers.close());
    }
}
