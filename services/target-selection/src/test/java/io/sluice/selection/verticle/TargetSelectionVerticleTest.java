// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.verticle;

import static io.sluice.selection.core.Fixture.A1;
import static io.sluice.selection.core.Fixture.A2;
import static io.sluice.selection.core.Fixture.ENDPOINT_A;
import static io.sluice.selection.core.Fixture.ENDPOINT_C;
import static io.sluice.selection.core.Fixture.NODE_1;
import static io.sluice.selection.core.Fixture.NODE_2;
import static io.sluice.selection.core.Fixture.NOW_MS;
import static io.sluice.selection.core.Fixture.ref;
import static io.sluice.selection.core.Fixture.report;
import static io.sluice.selection.core.Fixture.revision;
import static io.sluice.selection.core.Fixture.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.health.HealthState;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.sluice.selection.feed.TargetSets;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TargetSelectionVerticleTest {

    /** Authors no configuration: what it published itself would not count. */
    private static final NodeId SELECTOR = new NodeId("selector");

    private final AtomicLong nowMs = new AtomicLong(NOW_MS);
    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, NODE_1, new BusCounters());

    /** The address's own deadline is for production; a loaded test machine gets more. */
    private final BusAddress<TargetSelectBatch, TargetSelectedBatch> select =
            patient(BusAddresses.TARGET_SELECT.at(NODE_1));

    @AfterEach
    void close() {
        done(vertx.close());
    }

    @Test
    void answersFromItsInitialConfiguration() {
        deploy(revision(1, A1));

        TargetSelectedBatch answer = ask(ENDPOINT_A, ENDPOINT_C, 12_345);

        assertThat(answer.targets()).containsExactly(ref(A1));
        assertThat(answer.picks()).containsExactly(0, FlowOpenedBatch.NO_TARGET, FlowOpenedBatch.NO_TARGET);
    }

    @Test
    void followsConfigurationAndHealth() {
        deploy(revision(1, A1));
        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(2, A2)));
        awaitPick(ref(A2));

        bus.publish(BusAddresses.CONFIG_CHANGED, new ConfigChanged(revision(3, A1, A2)));
        bus.publish(BusAddresses.HEALTH_CHANGED, report(NODE_2, 1, 1, says(A1, HealthState.HEALTHY)));
        awaitPick(ref(A1));

        bus.publish(
                BusAddresses.HEALTH_CHANGED,
                report(NODE_2, 1, 2, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.HEALTHY)));
        awaitPick(ref(A2));
    }

    /** Two probers disagree, one falls silent: the timer alone must notice. */
    @Test
    void lettingTimePassTakesTheVoteOfAProberThatIsGone() {
        deploy(revision(1, A1, A2));
        bus.publish(
                BusAddresses.HEALTH_CHANGED,
                report(NODE_1, 1, 1, says(A1, HealthState.HEALTHY), says(A2, HealthState.UNHEALTHY)));
        awaitPick(ref(A1));
        nowMs.addAndGet(6_000);
        bus.publish(
                BusAddresses.HEALTH_CHANGED,
                report(NODE_2, 1, 1, says(A1, HealthState.UNHEALTHY), says(A2, HealthState.UNHEALTHY)));
        awaitPick(ref(A1)); // a tie is healthy

        nowMs.addAndGet(2_000);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(manyTargets())
                        .as("the survivor's word: fails open over both")
                        .containsExactlyInAnyOrder(ref(A1), ref(A2)));
    }

    private List<TargetRef> manyTargets() {
        long[] endpoints = new long[64];
        Arrays.fill(endpoints, ENDPOINT_A);
        return ask(endpoints).targets();
    }

    @Test
    void answersNoMoreOnceStopped() {
        String id = deploy(revision(1, A1));
        ask(ENDPOINT_A);
        done(vertx.undeploy(id));

        Future<TargetSelectedBatch> refused = bus.request(select, batch(ENDPOINT_A));
        await().atMost(Duration.ofSeconds(60)).until(refused::isComplete);
        assertThat(refused.failed()).isTrue();
    }

    private String deploy(ConfigRevision initial) {
        TargetSets targetSets = new TargetSets(SELECTOR, initial, nowMs::get);
        done(vertx.deployVerticle(
                new TargetSetVerticle(bus, targetSets, targetSets::accept),
                new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER)));
        return done(vertx.deployVerticle(new TargetSelectionVerticle(bus, NODE_1, targetSets.snapshots())));
    }

    private void awaitPick(TargetRef expected) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(ask(ENDPOINT_A, ENDPOINT_A, ENDPOINT_A, ENDPOINT_A)
                                .targets())
                        .containsExactly(expected));
    }

    private TargetSelectedBatch ask(long... endpointIds) {
        return done(bus.request(select, batch(endpointIds)));
    }

    private static TargetSelectBatch batch(long... endpointIds) {
        long[] keys = new long[endpointIds.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = i * 0x9E37_79B9_7F4A_7C15L;
        }
        return new TargetSelectBatch(endpointIds, keys, new byte[keys.length]);
    }

    private static <Q, R> BusAddress<Q, R> patient(BusAddress<Q, R> address) {
        return new BusAddress<>(address.name(), address.request(), address.reply(), 30_000);
    }

    private static <T> T done(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new AssertionError("nothing within a minute", late);
        }
    }
}
