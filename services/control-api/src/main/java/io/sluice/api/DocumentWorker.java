// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Objects;
import java.util.concurrent.Callable;

/**
 * The one thread of a process on which whole documents are read and written: each takes some hundred bytes of heap for every
 * value in it, so that there is room for one at a time and not for one of every client.
 *
 * <p><b>Threading</b>: any thread; answers come where they were asked for.
 */
public final class DocumentWorker {

    private static final String NAME = "sluice-documents";

    private DocumentWorker() {}

    /** Does something with a document that has a result, when those before it are done. */
    public static <T> Future<T> run(Vertx vertx, Callable<T> work) {
        WorkerExecutor worker = vertx.createSharedWorkerExecutor(NAME, 1);
        return worker.executeBlocking(work, false).map(Objects::requireNonNull).onComplete(done -> worker.close());
    }
}
