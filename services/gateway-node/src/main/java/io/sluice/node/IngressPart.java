// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.TypedBus;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.PacketConduit;
import io.sluice.geneve.core.ReturnForward;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.ingress.core.IngressShard;
import io.sluice.ingress.core.LocalDecider;
import io.sluice.ingress.core.MacAccount;
import io.sluice.ingress.core.ReturnSearch;
import io.sluice.ingress.core.ShardState;
import io.sluice.ingress.verticle.EndpointIngressVerticle;
import io.sluice.ingress.verticle.FlowListVerticle;
import io.sluice.ingress.verticle.MacAlarms;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.message.FlowListReply;
import io.sluice.model.message.FlowListRequest;
import io.sluice.node.config.NodeConfig;
import io.sluice.selection.feed.TargetSets;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/** Puts together the ingress of each shard: its flow table, its endpoint-facing socket, and what the node is asked of flows. */
final class IngressPart {

    private final TypedBus bus;
    private final NodeConfig config;
    private final MasterSecrets secrets;
    private final boolean startedBefore;
    private final TargetSets targetSets;
    private final Supplier<OwnerTable> owners;
    private final MacAlarms alarms;
    private final int shards;
    private final SharedByTarget<MacAccount> accounts = new SharedByTarget<>(MacAccount::new);
    private final SecureRandom random = new SecureRandom();
    /** One a shard. */
    private final List<EndpointIngressVerticle> ingresses = new CopyOnWriteArrayList<>();

    /**
     * @param bus what the verticles talk over
     * @param config what the process is told
     * @param secrets what cookies are issued and known by
     * @param startedBefore whether flows of an earlier start may still be alive
     * @param targetSets configuration and snapshot, the same for all shards
     * @param owners the newest view of who decides about which flows
     * @param alarms which targets return too many wrong cookies, whatever shards they come to
     * @param shards how many, at least 1
     */
    IngressPart(
            TypedBus bus,
            NodeConfig config,
            MasterSecrets secrets,
            boolean startedBefore,
            TargetSets targetSets,
            Supplier<OwnerTable> owners,
            MacAlarms alarms,
            int shards) {
        this.bus = bus;
        this.config = config;
        this.secrets = secrets;
        this.startedBefore = startedBefore;
        this.targetSets = targetSets;
        this.owners = owners;
        this.alarms = alarms;
        this.shards = shards;
    }

    /**
     * The ingress of one shard.
     *
     * @param table its flows
     * @param targets its targets
     * @param conduit the way to them
     * @param search where returns are looked for among the shards
     * @param forward where they go that came to the wrong ingress
     */
    EndpointIngressVerticle ingress(
            ShardRoom room,
            FlowTable table,
            TargetDirectory targets,
            PacketConduit conduit,
            ReturnSearch search,
            ReturnForward forward) {
        FlowHasher hasher = new FlowHasher(random.nextLong(), random.nextLong());
        ShardState state = new ShardState(
                room.slab(), table, targets, hasher, room.counters(), NodeClock::monotonicMs, room.zones(), shards);
        FlowCookies cookies = secrets.cookies();
        LocalDecider decider = new LocalDecider(targetSets.snapshots()::get, cookies, NodeClock::wallClockMs);
        EndpointIngressVerticle ingress = new EndpointIngressVerticle(
                bus,
                config.id(),
                owners,
                room.path(),
                listen(config),
                state,
                setup -> new IngressShard(
                        state,
                        conduit,
                        setup,
                        decider,
                        cookies,
                        config.id(),
                        config.sourcePorts(),
                        NodeClock::wallClockMs,
                        accounts,
                        search,
                        forward),
                decider,
                targetSets.snapshots(),
                startedBefore,
                alarms,
                room.traffic().gauges());
        ingresses.add(ingress);
        return ingress;
    }

    /** Answers which flows the node has; to be deployed after all shards. */
    FlowListVerticle flowList() {
        List<Function<FlowListRequest, Future<FlowListReply>>> lists = new ArrayList<>();
        List<Function<FlowKey, Future<FlowListReply>>> finders = new ArrayList<>();
        ingresses.forEach(ingress -> {
            lists.add(ingress::flows);
            finders.add(ingress::find);
        });
        return new FlowListVerticle(bus, config.id(), lists, finders);
    }

    /** Has agents go to other nodes; answers whether there are any. */
    Future<Boolean> leave() {
        List<Future<Boolean>> told =
                ingresses.stream().map(EndpointIngressVerticle::leave).toList();
        return Future.all(told).map(all -> told.stream().anyMatch(Future::result));
    }

    /** Where endpoints send to. */
    static Ipv4SocketAddress listen(NodeConfig config) {
        // the reader refuses a configuration with the role ingress and without its address
        return Objects.requireNonNull(config.ingress(), "ingress");
    }
}
