// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SameLoopTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private final class Noting extends VerticleBase {

        private final String name;
        private final boolean fails;

        Noting(String name, boolean fails) {
            this.name = name;
            this.fails = fails;
        }

        @Override
        public Future<?> start() {
            threads.add(Thread.currentThread());
            events.add("start " + name);
            return fails ? Future.failedFuture(name + " cannot start") : Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
            threads.add(Thread.currentThread());
            events.add("stop " + name);
            return fails ? Future.failedFuture(name + " cannot stop") : Future.succeededFuture();
        }
    }

    private Future<String> deploy(VerticleBase... verticles) {
        return vertx.deployVerticle(new SameLoop(context -> List.of(verticles), () -> {
            events.add("close");
            return Future.succeededFuture();
        }));
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @AfterEach
    void close() {
        done(vertx.close());
    }

    @Test
    void startsInOrderOnOneLoopAndStopsInReverse() {
        String id = done(deploy(new Noting("a", false), new Noting("b", false)));
        done(vertx.undeploy(id));
        assertThat(events).containsExactly("start a", "start b", "stop b", "stop a", "close");
        assertThat(threads).hasSize(1);
    }

    @Test
    void stopsWhatHadStartedWhereOneCannotStart() {
        assertThatThrownBy(() -> done(deploy(new Noting("a", false), new Noting("b", true), new Noting("c", false))))
                .hasMessageContaining("b cannot start");
        assertThat(events).containsExactly("start a", "start b", "stop b", "stop a", "close");
    }
}
