// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopTasksTest {

    private static final int EARLY = 100;
    private static final int ALL = 1_000;

    private final Vertx vertx = Vertx.vertx();
    private final LoopTasks tasks = new LoopTasks();
    private final List<Integer> ran = new CopyOnWriteArrayList<>();
    private final List<Boolean> onLoop = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void give(int number) {
        tasks.execute(() -> {
            onLoop.add(Context.isOnEventLoopThread());
            ran.add(number);
        });
    }

    @Test
    void whatComesBeforeTheLoopIsThereRunsFirstAndInOrder() throws InterruptedException {
        for (int i = 0; i < EARLY; i++) {
            give(i);
        }
        assertThat(ran).isEmpty();
        Thread giving = Thread.ofPlatform().start(() -> {
            for (int i = EARLY; i < ALL; i++) {
                give(i);
            }
        });
        tasks.begin(vertx.getOrCreateContext());
        giving.join();
        await().until(() -> ran.size() == ALL);
        assertThat(ran).isEqualTo(IntStream.range(0, ALL).boxed().toList());
        assertThat(onLoop).containsOnly(true);
    }
}
