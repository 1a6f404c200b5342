// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.ingress.core.IngressGauges;
import io.sluice.packet.count.PathCounters;
import io.vertx.core.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one shard counts and shows: its pipelines' counters, its ingress's gauges, its sockets.
 *
 * <p><b>Threading</b>: written by the shard's loop, read from any thread.
 */
final class ShardTraffic {

    private final PathCounters counters = new PathCounters();
    private final IngressGauges gauges = new IngressGauges();
    private volatile @Nullable DatagramPath path;

    /** Counted by the pipelines. */
    PathCounters counters() {
        return counters;
    }

    /** Shown by the ingress. */
    IngressGauges gauges() {
        return gauges;
    }

    /** The shard's sockets are these from now on. */
    void path(DatagramPath opened) {
        path = opened;
    }

    /** Closes the sockets, where there are any. */
    Future<?> closePath() {
        DatagramPath open = path;
        return open == null ? Future.succeededFuture() : Future.fromCompletionStage(open.close());
    }

    /** The shard's sockets so far. */
    Stream<DatagramPort> ports() {
        DatagramPath open = path;
        return open == null ? Stream.empty() : open.ports().stream();
    }

    /** Packets that wait for their flow's set-up, or for the kernel. */
    long held() {
        DatagramPath open = path;
        return gauges.heldPackets() + (open == null ? 0 : open.inFlight());
    }
}
