// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.datagram.DatagramPath;
import io.sluice.ingress.core.FlowListing;
import io.sluice.ingress.core.FlowSetup;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.ingress.core.IngressShard;
import io.sluice.ingress.core.LocalDecider;
import io.sluice.ingress.core.ReturnPipeline;
import io.sluice.ingress.core.ShardState;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.model.message.FlowOpenedBatch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Owns one shard's endpoint-facing socket and the flows behind it; puts what the pipelines ask for on the bus.
 *
 * <p>Packets do not pass through here: the socket hands them to the pipeline. While nobody decides about a flow, or does not
 * answer in time, packets of known flows pass as before and new flows are decided here.
 *
 * <p><b>Threading</b>: the shard's event loop.
 */
public final class EndpointIngressVerticle extends VerticleBase {

    private static final long TICK_MS = 100;

    /** Often, so that each time is short: packets wait meanwhile. */
    private static final long SWEEP_MS = 5;

    private final TypedBus bus;
    private final NodeId self;
    private final Supplier<OwnerTable> owners;
    private final DatagramPath path;
    private final Ipv4SocketAddress listen;
    private final ShardState state;
    private final IngressShard shard;
    private final LocalDecider decider;
    private final Latest<?> snapshots;
    private final MacAlarms alarms;
    private final IngressGauges gauges;
    private final boolean startedBefore;
    private final List<BusRegistration> registrations = new ArrayList<>();
    private final List<Latest.Following> followings = new ArrayList<>();

    /**
     * @param bus where the authority is asked
     * @param self this node
     * @param owners the newest view of who decides about which flows
     * @param path the shard's datagram path; closed by its owner
     * @param listen where endpoints send to
     * @param state what ingress and return share
     * @param shardOf puts the shard together around its way to the authority
     * @param decider decides where the authority does not; takes a newer snapshot when this verticle is told of one
     * @param snapshots tells that there is one
     * @param startedBefore whether flows of an earlier start of this node may still be alive
     * @param alarms told of targets that return too many wrong cookies
     * @param gauges shown to other threads
     */
    public EndpointIngressVerticle(
            TypedBus bus,
            NodeId self,
            Supplier<OwnerTable> owners,
            DatagramPath path,
            Ipv4SocketAddress listen,
            ShardState state,
            Function<FlowSetup, IngressShard> shardOf,
            LocalDecider decider,
            Latest<?> snapshots,
            boolean startedBefore,
            MacAlarms alarms,
            IngressGauges gauges) {
        this.bus = bus;
        this.self = self;
        this.owners = owners;
        this.path = path;
        this.listen = listen;
        this.state = state;
        this.shard = shardOf.apply(
                new BusFlowSetup(bus, owners, new Answers(), task -> context.runOnContext(turn -> task.run())));
        this.decider = decider;
        this.snapshots = snapshots;
        this.startedBefore = startedBefore;
        this.alarms = alarms;
        this.gauges = gauges;
    }

    /** Gets what targets return. */
    public ReturnPipeline returns() {
        return shard.returns();
    }

    @Override
    public Future<?> start() {
        followings.add(snapshots.follow(context, this::refresh));
        decider.refresh();
        state.configure(decider.model());
        shard.inputsChanged();
        if (startedBefore) {
            shard.startedAgain(decider.model().longestTcpIdleTimeoutMs());
        }
        registrations.add(bus.listen(BusAddresses.FLOW_CORRECTED, shard.offers()::corrected));
        vertx.setPeriodic(TICK_MS, timer -> tick());
        vertx.setPeriodic(SWEEP_MS, timer -> sweep());
        return Future.fromCompletionStage(path.bind(listen.address().bits(), listen.port(), shard.pipeline()), context)
                .onSuccess(shard::deliverThrough)
                .compose(port -> Future.all(
                        registrations.stream().map(BusRegistration::ready).toList()));
    }

    @Override
    public Future<?> stop() {
        followings.forEach(Latest.Following::end);
        shard.opening().close();
        gauges.read(state, shard);
        return Future.join(registrations.stream().map(BusRegistration::close).toList());
    }

    /** The node is about to stop; answers whether there are agents that go elsewhere now. From any thread. */
    public Future<Boolean> leave() {
        if (context == null) {
            return Future.succeededFuture(false); // never started
        }
        Promise<Boolean> told = Promise.promise();
        try {
            context.runOnContext(turn -> told.complete(shard.pipeline().leave()));
        } catch (RejectedExecutionException over) {
            told.complete(false); // the loop has ended, and with it whatever agents were told
        }
        return told.future();
    }

    /** The codec next door has taken the configuration before: targets that are new have their indexes. */
    private void refresh() {
        switch (decider.refresh()) {
            case CONFIGURATION -> {
                state.configure(decider.model());
                shard.inputsChanged();
            }
            case HEALTH -> shard.inputsChanged();
            case NONE -> {}
        }
    }

    /**
     * Flows of this shard; from any thread.
     *
     * @param request whose, and how many are listed at most
     */
    public Future<FlowListReply> flows(FlowListRequest request) {
        Promise<FlowListReply> listed = Promise.promise();
        context.runOnContext(turn -> list(new FlowListing(self, state, request)).onComplete(listed));
        return listed.future();
    }

    /** The one flow of a key, if it is in this shard; from any thread. */
    public Future<FlowListReply> find(FlowKey key) {
        Promise<FlowListReply> found = Promise.promise();
        context.runOnContext(turn -> {
            FlowListing listing = new FlowListing(self, state, new FlowListRequest(1));
            listing.find(key);
            found.complete(listing.reply());
        });
        return found.future();
    }

    /** A part of the table a turn, packets between. */
    private Future<FlowListReply> list(FlowListing listing) {
        if (listing.step()) {
            return Future.succeededFuture(listing.reply());
        }
        Promise<FlowListReply> later = Promise.promise();
        context.runOnContext(turn -> list(listing).onComplete(later));
        return later.future();
    }

    private void tick() {
        shard.tick();
        path.flush();
        state.endBatch();
        shard.ownersAre(owners.get());
        shard.offers().tick();
        shard.exceededBudgets(target -> alarms.exceeded(target, state.nowMs()));
        alarms.tick(state.nowMs());
        gauges.read(state, shard);
        state.endBatch();
    }

    private void sweep() {
        shard.ends().sweep(state.nowMs());
        state.endBatch();
    }

    /** What the pipelines asked for is answered. */
    private final class Answers implements BusFlowSetup.Answers {

        @Override
        public void opened(long[] tickets, FlowOpenedBatch answer) {
            shard.opening().opened(tickets, answer);
            path.flush();
        }

        @Override
        public void openFailed(long[] tickets) {
            shard.opening().openFailed(tickets);
            path.flush();
        }

        /** Where the next ones follow at once, packets come between. */
        @Override
        public void adopted(FlowAdoptBatch offer, FlowOpenedBatch answer) {
            if (shard.offers().adopted(offer, answer)) {
                shard.offers().tick();
            }
        }

        @Override
        public void adoptFailed(FlowAdoptBatch offer) {
            shard.offers().adoptFailed(offer);
        }
    }
}
