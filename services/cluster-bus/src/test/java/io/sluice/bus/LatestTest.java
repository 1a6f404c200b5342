// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LatestTest {

    private static final int VALUES = 20_000;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Latest<Integer> latest = new Latest<>(0);

    @AfterEach
    void close() {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** Everything that was put on the loop before has run. */
    private void drain() {
        done(Future.future(promise -> loop.runOnContext(turn -> promise.complete())));
    }

    private CountDownLatch busy() {
        CountDownLatch free = new CountDownLatch(1);
        loop.runOnContext(turn -> {
            try {
                free.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        return free;
    }

    @Test
    void tellsOnTheContextOfTheFollower() {
        AtomicBoolean onLoop = new AtomicBoolean();
        latest.follow(loop, () -> onLoop.set(Context.isOnEventLoopThread()));
        latest.set(1);
        drain();
        assertThat(onLoop).isTrue();
        assertThat(latest.get()).isEqualTo(1);
    }

    @Test
    void oneThatIsBusyIsToldOnceAndReadsTheNewest() {
        List<Integer> read = new CopyOnWriteArrayList<>();
        latest.follow(loop, () -> read.add(latest.get()));
        CountDownLatch free = busy();
        latest.set(1);
        latest.set(2);
        latest.set(3);
        free.countDown();
        drain();
        assertThat(read).containsExactly(3);
        latest.set(4);
        drain();
        assertThat(read).containsExactly(3, 4);
    }

    @Test
    void whoNoLongerFollowsIsNotTold() {
        List<Integer> read = new CopyOnWriteArrayList<>();
        Latest.Following following = latest.follow(loop, () -> read.add(latest.get()));
        following.end();
        following.end();
        latest.set(1);
        drain();
        assertThat(read).isEmpty();
    }

    @Test
    void watchersHearEveryValueBeforeTheSetterGoesOn() {
        List<Integer> heard = new ArrayList<>();
        Latest.Following watching = latest.watch(heard::add);
        latest.set(1);
        latest.set(2);
        assertThat(heard).containsExactly(1, 2);
        watching.end();
        latest.set(3);
        assertThat(heard).containsExactly(1, 2);
    }

    /** Whatever the two threads do, the last value is read, and none after a newer one. */
    @Test
    void noFollowerMissesTheLastValue() throws Exception {
        List<Integer> read = new CopyOnWriteArrayList<>();
        CountDownLatch last = new CountDownLatch(1);
        latest.follow(loop, () -> {
            int value = latest.get();
            if (read.isEmpty() || read.getLast() != value) {
                read.add(value);
            }
            if (value == VALUES) {
                last.countDown();
            }
        });
        for (int value = 1; value <= VALUES; value++) {
            latest.set(value);
            if (value % 16 == 0) {
                Thread.onSpinWait();
            }
        }
        assertThat(last.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(read).isSorted().endsWith(VALUES);
    }
}
