// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.Latest;
import io.sluice.bus.LoopTasks;
import io.sluice.bus.RoleLocator;
import io.sluice.bus.TypedBus;
import io.sluice.hashing.authority.FlowAuthority;
import io.sluice.hashing.authority.FlowCorrections;
import io.sluice.hashing.authority.FlowTap;
import io.sluice.hashing.authority.FlowWatch;
import io.sluice.hashing.authority.TargetPicker;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowEvents;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Answers what flow a packet belongs to: {@code flow.open}, {@code flow.adopt}, {@code flow.touched}, {@code flow.closed},
 * {@code flow.record} of this node; tells flow events while somebody listens, and {@code flow.corrected}. A shell around a
 * {@link FlowAuthority}.
 *
 * <p><b>Threading</b>: one event loop; so is its authority.
 */
public final class FlowHashingVerticle extends VerticleBase {

    /** Often, so that each time is short: on a shard's loop packets wait meanwhile. */
    private static final long SWEEP_MS = 20;

    /** How often changed records are sent to their copies: a part of what a record may be behind. */
    private static final long COPY_MS = 5;

    /** How long a node that stops waits for its last records to be copied. */
    private static final long FLUSH_MAX_MS = 3_000;

    /** Makes the authority. */
    public interface AuthorityFactory {

        /**
         * Makes it.
         *
         * @param picker whom it asks for targets
         * @param watch who hears of its records
         * @param loop runs something on its event loop; from any thread, once the verticle is deployed
         */
        FlowAuthority create(TargetPicker picker, FlowWatch watch, Executor loop);
    }

    private final TypedBus bus;
    private final NodeId self;
    private final RoleLocator selection;
    private final FlowTap tap;
    private final FlowCorrections corrections;
    private final LongSupplier wallClockMs;
    private final LoopTasks tasks = new LoopTasks();
    private final FlowAuthority authority;
    private final List<BusRegistration> registrations = new ArrayList<>();
    private final List<Latest.Following> followings = new ArrayList<>();
    private final Latest<ConfigRevision> revisions;

    /**
     * @param bus where questions come from and targets are asked for
     * @param self the node it answers at
     * @param revisions the configuration
     * @param selection finds who selects targets
     * @param authorityOf makes the authority
     * @param wallClockMs milliseconds since 1970, the authority's
     */
    public FlowHashingVerticle(
            TypedBus bus,
            NodeId self,
            Latest<ConfigRevision> revisions,
            RoleLocator selection,
            AuthorityFactory authorityOf,
            LongSupplier wallClockMs) {
        this.bus = bus;
        this.self = self;
        this.revisions = revisions;
        this.selection = selection;
        this.tap = new FlowTap(self);
        this.wallClockMs = wallClockMs;
        this.corrections = new FlowCorrections(self);
        this.authority = authorityOf.create(this::pick, new Watch(), tasks);
    }

    @Override
    public Future<?> start() {
        tasks.begin(context);
        followings.add(revisions.follow(context, this::configure));
        configure();
        registrations.add(bus.listen(BusAddresses.NODE_STATUS, selection::accept));
        registrations.add(bus.serve(
                BusAddresses.FLOW_OPEN.at(self), batch -> Future.fromCompletionStage(authority.open(batch), context)));
        registrations.add(
                bus.serve(BusAddresses.FLOW_ADOPT.at(self), batch -> Future.succeededFuture(authority.adopt(batch))));
        registrations.add(bus.listen(BusAddresses.FLOW_TOUCHED.at(self), authority::touched));
        registrations.add(bus.listen(BusAddresses.FLOW_CLOSED.at(self), authority::closed));
        registrations.add(bus.serve(
                BusAddresses.FLOW_RECORD.at(self), asked -> Future.succeededFuture(authority.record(asked.key()))));
        registrations.add(bus.listen(BusAddresses.FLOW_EVENTS_WANTED, wanted -> tap.wanted(wallClockMs.getAsLong())));
        vertx.setPeriodic(SWEEP_MS, timer -> turn());
        vertx.setPeriodic(COPY_MS, timer -> authority.copy());
        return Future.all(registrations.stream().map(BusRegistration::ready).toList());
    }

    @Override
    public Future<?> stop() {
        followings.forEach(Latest.Following::end);
        return Future.join(registrations.stream().map(BusRegistration::close).toList())
                .transform(closed -> Future.fromCompletionStage(authority.flush(), context)
                        .timeout(FLUSH_MAX_MS, TimeUnit.MILLISECONDS)
                        .otherwiseEmpty());
    }

    private void turn() {
        authority.sweep();
        tap.take().ifPresent(events -> bus.publish(BusAddresses.FLOW_EVENTS, events));
        corrections.take().forEach(batch -> bus.publish(BusAddresses.FLOW_CORRECTED, batch));
    }

    /** Hears of records. */
    private final class Watch implements FlowWatch {

        @Override
        public void changed(
                FlowEvents.Change change,
                FlowEnd end,
                long[] keys,
                int firstWord,
                TargetRef target,
                int cookie,
                NodeId ingress,
                long nowMs) {
            tap.changed(change, end, keys, firstWord, target, cookie, ingress, nowMs);
        }

        @Override
        public void corrected(long[] keys, int firstWord, int cookie) {
            corrections.add(keys, firstWord, cookie);
        }
    }

    private void configure() {
        authority.configure(revisions.get().model());
    }

    private CompletionStage<TargetSelectedBatch> pick(TargetSelectBatch batch) {
        NodeId selector = selection.locate();
        Future<TargetSelectedBatch> picked = selector == null
                ? Future.failedFuture("no node that selects targets is there")
                : bus.request(BusAddresses.TARGET_SELECT.at(selector), batch);
        return picked.toCompletionStage();
    }
}
