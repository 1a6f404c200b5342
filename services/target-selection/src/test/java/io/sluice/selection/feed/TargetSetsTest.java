// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.feed;

import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.A2;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static io.sluice.selection.core.Fixture.model;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.revision;
import static io.sluice.selection.core.Fixture.says;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.Target;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthState;
import io.sluice.model.message.ConfigChanged;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TargetSetsTest {

    private final AtomicLong nowMs = new AtomicLong(NOW_MS);
    private final TargetSets targetSets = new TargetSets(NODE_1, revision(5, A1, A2), nowMs::get);
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static ConfigChanged published(long number, Target... targets) {
        return new ConfigChanged(new ConfigRevision(number, NODE_2, model(Stickiness.FIVE_TUPLE, List.of(targets))));
    }

    @Test
    void whatWasInstalledIsInTheSnapshotAtOnce() {
        assertThat(targetSets.install(revision(6, A1))).isTrue();
        assertThat(targetSets.revisions().get()).isEqualTo(revision(6, A1));
        TargetSetSnapshot snapshot = targetSets.snapshots().get();
        assertThat(snapshot.revision()).isEqualTo(revision(6, A1));
        assertThat(snapshot.targets()).contains(ref(A1)).doesNotContain(ref(A2));
    }

    @Test
    void aStaleConfigurationIsNeverHandedOutAfterANewerOne() {
        List<Long> handedOut = new ArrayList<>();
        targetSets.snapshots().watch(snapshot -> handedOut.add(snapshot.revisionNumber()));
        assertThat(targetSets.accept(published(7, A1))).isTrue();
        assertThat(targetSets.accept(published(6, A2))).isFalse();
        assertThat(targetSets.install(revision(5, A2))).isFalse();
        assertThat(targetSets.accept(published(8, A2))).isTrue();
        assertThat(handedOut).containsExactly(7L, 8L);
    }

    @Test
    void whatThisNodePublishedItselfDoesNotComeBackByTheBus() {
        assertThat(targetSets.accept(new ConfigChanged(revision(9, A1)))).isFalse();
        assertThat(targetSets.snapshots().get().revisionNumber()).isEqualTo(5);
    }

    @Test
    void reportsThatComeTogetherMakeOneSnapshot() {
        List<TargetSetSnapshot> handedOut = new ArrayList<>();
        targetSets.snapshots().watch(handedOut::add);
        assertThat(targetSets.accept(report(NODE_2, 1, 1, says(A1, HealthState.HEALTHY))))
                .isTrue();
        assertThat(targetSets.accept(report(NODE_2, 1, 2, says(A1, HealthState.UNHEALTHY))))
                .isTrue();
        targetSets.handOut("health");
        targetSets.handOut("health");
        assertThat(handedOut)
                .singleElement()
                .satisfies(snapshot -> assertThat(
                                snapshot.healthOf(snapshot.indexOf(ref(A1))).state())
                        .isEqualTo(HealthState.UNHEALTHY));
    }

    @Test
    void timeAloneHandsOutASnapshot() {
        targetSets.accept(report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY)));
        nowMs.addAndGet(4_000);
        targetSets.accept(report(NODE_2, 1, 1, says(A1, HealthState.UNHEALTHY)));
        targetSets.handOut("health");
        TargetSetSnapshot tied = targetSets.snapshots().get();
        targetSets.advance();
        assertThat(targetSets.snapshots().get()).isSameAs(tied);
        nowMs.addAndGet(4_000);
        targetSets.advance();
        TargetSetSnapshot alone = targetSets.snapshots().get();
        assertThat(alone.healthOf(alone.indexOf(ref(A1))).state()).isEqualTo(HealthState.UNHEALTHY);
    }

    /** By construction: whoever wanted to make one there would not get it, and packets do not wait. */
    @Test
    void noSnapshotIsMadeOnAnEventLoop() {
        for (Runnable input : List.<Runnable>of(
                () -> targetSets.install(revision(6, A1)),
                () -> targetSets.accept(published(6, A1)),
                () -> targetSets.accept(report(NODE_2, 1, 1, says(A1, HealthState.HEALTHY))),
                targetSets::advance,
                () -> targetSets.handOut("test"))) {
            Promise<String> refusal = Promise.promise();
            vertx.getOrCreateContext().runOnContext(turn -> {
                try {
                    input.run();
                    refusal.complete("none");
                } catch (IllegalStateException refused) {
                    refusal.complete(String.valueOf(refused.getMessage()));
                }
            });
            assertThat(done(refusal.future())).contains("event loop", "expected a worker");
        }
        assertThat(targetSets.snapshots().get().revisionNumber()).isEqualTo(5);
        done(vertx.executeBlocking(() -> targetSets.install(revision(6, A1))));
        assertThat(targetSets.snapshots().get().revisionNumber()).isEqualTo(6);
    }

    /** What selection may pick has an address in the codec: both are told on their loops in this order. */
    @Test
    void aLoopHearsOfTheConfigurationBeforeTheSnapshotThatIsMadeOfIt() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        CountDownLatch both = new CountDownLatch(2);
        Context loop = vertx.getOrCreateContext();
        CountDownLatch busy = new CountDownLatch(1);
        // followed in the other order
        targetSets.snapshots().follow(loop, () -> {
            told.add("snapshot " + targetSets.snapshots().get().revisionNumber());
            both.countDown();
        });
        targetSets.revisions().follow(loop, () -> {
            told.add("configuration " + targetSets.revisions().get().number());
            both.countDown();
        });
        loop.runOnContext(turn -> {
            try {
                busy.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        targetSets.install(revision(6, A1));
        targetSets.install(revision(7, A2));
        busy.countDown();
        assertThat(both.await(60, TimeUnit.SECONDS)).isTrue();
        done(Future.future(promise -> loop.runOnContext(turn -> promise.complete())));
        assertThat(told).containsExactly("configuration 7", "snapshot 7");
    }

    @Test
    void twoThreadsThatRaceLeaveTheNewest() throws Exception {
        List<Long> handedOut = new CopyOnWriteArrayList<>();
        targetSets.snapshots().watch(snapshot -> handedOut.add(snapshot.revisionNumber()));
        List<Thread> racers = new ArrayList<>();
        for (int racer = 0; racer < 2; racer++) {
            int first = 6 + racer;
            racers.add(Thread.ofPlatform().start(() -> {
                for (int number = first; number < 206; number += 2) {
                    targetSets.install(revision(number, number % 3 == 0 ? A1 : A2));
                }
            }));
        }
        for (Thread racer : racers) {
            racer.join();
        }
        assertThat(handedOut).isSorted().doesNotHaveDuplicates();
        assertThat(targetSets.snapshots().get().revisionNumber()).isEqualTo(205);
        assertThat(targetSets.revisions().get().number()).isEqualTo(205);
    }
}
