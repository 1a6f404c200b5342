// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.verticle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.bus.BusCounters;
import io.sluice.bus.BusFailure;
import io.sluice.bus.Latest;
import io.sluice.bus.RoleLocator;
import io.sluice.bus.TypedBus;
import io.sluice.hashing.authority.FlowAuthority;
import io.sluice.hashing.authority.LocalAuthority;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlowHashingVerticleTest {

    private static final NodeId SELF = new NodeId("gw-1");
    private static final TargetRef TARGET = new TargetRef(new TargetGroupId("firewalls"), new TargetId("fw"), 1);

    private static final ConfigRevision REVISION_2 = new ConfigRevision(2, SELF, GatewayModel.EMPTY);

    /** An authority that notes the configurations it is given. */
    private record ConfigRecorder(FlowAuthority inner, List<GatewayModel> configured) implements FlowAuthority {

        @Override
        public void configure(GatewayModel model) {
            configured.add(model);
            inner.configure(model);
        }

        @Override
        public CompletionStage<FlowOpenedBatch> open(FlowOpenBatch batch) {
            return inner.open(batch);
        }

        @Override
        public FlowOpenedBatch adopt(FlowAdoptBatch batch) {
            return inner.adopt(batch);
        }

        @Override
        public void touched(FlowTouchedBatch batch) {
            inner.touched(batch);
        }

        @Override
        public void closed(FlowClosedBatch batch) {
            inner.closed(batch);
        }

        @Override
        public FlowOpenedBatch record(FlowKey key) {
            return inner.record(key);
        }

        @Override
        public void sweep() {
            inner.sweep();
        }

        @Override
        public void copy() {
            inner.copy();
        }

        @Override
        public CompletionStage<?> flush() {
            return inner.flush();
        }

        @Override
        public int records() {
            return inner.records();
        }
    }

    private final List<GatewayModel> configured = new CopyOnWriteArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final Latest<ConfigRevision> revisions = new Latest<>(REVISION_2);
    private final AtomicReference<FlowAuthority> authority = new AtomicReference<>();
    private TypedBus bus;
    private String deployment;

    @BeforeEach
    void deploy() {
        bus = new TypedBus(vertx, SELF, new BusCounters());
        FlowHashingVerticle verticle = new FlowHashingVerticle(
                bus,
                SELF,
                revisions,
                new RoleLocator(SELF, List.of("target-selection"), "target-selection", () -> 0),
                (picker, watch, loop) -> {
                    LocalAuthority made = new LocalAuthority(
                            picker, new FlowCookies(new byte[32]), () -> 1_795_000_000_000L, 1_000, watch, Set.of());
                    authority.set(made);
                    return new ConfigRecorder(made, configured);
                },
                () -> 1_795_000_000_000L);
        deployment = done(vertx.deployVerticle(verticle));
    }

    @AfterEach
    void close() {
        done(vertx.close());
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private void select() {
        done(bus.serve(
                        BusAddresses.TARGET_SELECT.at(SELF),
                        batch -> Future.succeededFuture(
                                new TargetSelectedBatch(List.of(TARGET), new int[batch.flowCount()])))
                .ready());
    }

    private static long[] key() {
        long[] key = new long[FlowKey.WORDS];
        key[FlowKey.TRAITS_WORD] = FlowKey.traits(1, 2, 17, 4, Stickiness.FIVE_TUPLE);
        return key;
    }

    /** With more patience than a packet has: a cold machine may take longer than the bus's deadlines. */
    private FlowOpenedBatch open(boolean mayOpen) {
        return await().ignoreExceptions().until(() -> request(mayOpen), answer -> true);
    }

    private FlowOpenedBatch request(boolean mayOpen) {
        BusAddress<FlowOpenBatch, FlowOpenedBatch> patient = new BusAddress<>(
                BusAddresses.FLOW_OPEN.at(SELF).name(), FlowOpenBatch.class, FlowOpenedBatch.class, 5_000);
        return done(bus.request(
                patient, new FlowOpenBatch(SELF, key(), new byte[] {(byte) (mayOpen ? 1 : 0)}, new int[1])));
    }

    @Test
    void opensAndClosesFlowsOverTheBus() {
        select();
        FlowOpenedBatch opened = open(true);
        assertThat(opened.targets()).containsExactly(TARGET);
        assertThat(open(false)).isEqualTo(opened);
        bus.send(BusAddresses.FLOW_CLOSED.at(SELF), new FlowClosedBatch(SELF, key(), opened.cookies()));
        await().until(() -> authority.get().records() == 0);
        assertThat(open(true).cookies()[0])
                .as("what was sent before is heard before: the next flow has another cookie (W-17)")
                .isNotEqualTo(opened.cookies()[0]);
    }

    @Test
    void adoptsFlowsOverTheBus() {
        FlowOpenedBatch adopted = done(bus.request(
                BusAddresses.FLOW_ADOPT.at(SELF),
                new FlowAdoptBatch(SELF, key(), List.of(TARGET), new int[1], new int[] {5}, new long[] {9})));
        assertThat(adopted.cookies()).containsExactly(5);
        assertThat(open(false)).isEqualTo(adopted);
    }

    @Test
    void failsWithAKindWhenNobodySelects() {
        assertThatThrownBy(() -> request(true))
                .cause()
                .isInstanceOfSatisfying(
                        BusFailure.class, failure -> assertThat(failure.kind()).isEqualTo(BusFailure.Kind.REFUSED));
        assertThat(authority.get().records()).isZero();
    }

    @Test
    void answersNoMoreOnceItIsUndeployed() {
        select();
        done(vertx.undeploy(deployment));
        assertThatThrownBy(() -> request(true))
                .cause()
                .isInstanceOfSatisfying(
                        BusFailure.class, failure -> assertThat(failure.kind()).isEqualTo(BusFailure.Kind.NO_HANDLER));
    }

    @Test
    void takesEachConfigurationThatIsSet() {
        GatewayModel later = new GatewayModel(List.of(new Zone("az1")), List.of(), List.of(), List.of());
        revisions.set(new ConfigRevision(3, SELF, later));
        await().until(() -> configured.size() >= 2);
        revisions.set(new ConfigRevision(4, SELF, GatewayModel.EMPTY));
        await().until(() -> configured.size() >= 3);
        assertThat(configured).containsExactly(GatewayModel.EMPTY, later, GatewayModel.EMPTY);
    }
}
