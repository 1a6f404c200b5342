// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.TypedBus;
import io.sluice.geneve.core.DataPathProbes;
import io.sluice.geneve.core.MisaddressedReturns;
import io.sluice.geneve.core.NodeObservations;
import io.sluice.geneve.core.PathWatch;
import io.sluice.geneve.core.ProbeNonces;
import io.sluice.geneve.core.ReturnDecoder;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.geneve.core.ShardObservations;
import io.sluice.geneve.core.SilenceReports;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.geneve.verticle.GeneveCodecVerticle;
import io.sluice.hashing.core.SipHash24;
import io.sluice.node.config.NodeConfig;
import io.sluice.selection.feed.TargetSets;
import java.security.SecureRandom;
import java.util.List;
import java.util.TreeMap;

/** Puts together the codec of each shard: its target-facing sockets, what comes back through them, and the watch of paths. */
final class CodecPart {

    private final TypedBus bus;
    private final NodeConfig config;
    private final long bootId;
    private final TargetSets targetSets;
    private final int probingShard;
    private final NodeObservations observations;
    private final SilenceRelay silences = new SilenceRelay();
    private final SecureRandom random = new SecureRandom();

    /**
     * @param bus what the verticles talk over
     * @param config what the process is told
     * @param bootId when it started, milliseconds since 1970
     * @param targetSets configuration and snapshot, the same for all shards
     * @param shards how many, at least 1
     * @param probingShard the one that owns the addresses of probes
     */
    CodecPart(TypedBus bus, NodeConfig config, long bootId, TargetSets targetSets, int shards, int probingShard) {
        this.bus = bus;
        this.config = config;
        this.bootId = bootId;
        this.targetSets = targetSets;
        this.probingShard = probingShard;
        this.observations = new NodeObservations(shards);
    }

    /** Sockets of a shard that are not bound yet. */
    TargetSockets sockets(ShardRoom room) {
        return new TargetSockets(room.zones().size(), config.sourcePorts());
    }

    /**
     * The codec of one shard.
     *
     * @param targets its targets
     * @param sockets filled at its start
     * @param returns gets what passes
     */
    GeneveCodecVerticle codec(ShardRoom room, TargetDirectory targets, TargetSockets sockets, ReturnReceiver returns) {
        PathWatch watch = watch(room, targets, sockets);
        return new GeneveCodecVerticle(
                bus,
                config.id(),
                bootId,
                room.path(),
                // in the order of the zones
                List.copyOf(new TreeMap<>(config.appliances()).values()),
                sockets,
                targets,
                watch,
                new ShardObservations(observations, room.shard(), room.shard() == probingShard),
                NodeClock::monotonicMs,
                targetSets.revisions(),
                new ReturnDecoder(room.slab(), targets, room.counters(), watch, returns),
                new MisaddressedReturns(room.slab(), targets, room.counters()));
    }

    /** One shard probes, the one that owns the addresses of probes: answers come there. */
    private PathWatch watch(ShardRoom room, TargetDirectory targets, TargetSockets sockets) {
        if (room.shard() != probingShard) {
            return new SilenceReports(targets, silences);
        }
        DataPathProbes probes =
                new DataPathProbes(room.slab(), targets, sockets, room.counters(), nonces(), room.zones());
        silences.probes(room.loop(), probes);
        return probes;
    }

    /** Of a secret of this process alone: no probe outlives it. */
    private ProbeNonces nonces() {
        long key0 = random.nextLong();
        long key1 = random.nextLong();
        long[] message = new long[2];
        return (targetIndex, sequence) -> {
            message[0] = targetIndex;
            message[1] = sequence;
            return (int) SipHash24.hash(key0, key1, message, 0, message.length);
        };
    }
}
