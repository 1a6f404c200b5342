// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.GatewayChoice;
import io.sluice.agent.core.KeepAlive;
import io.sluice.agent.core.TunnelHeader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Sends keep-alives to every node of the list, hears their echoes, and has packets sent to the node that is to be used.
 *
 * <p><b>Threading</b>: the thread that receives from the gateway; {@link #current} and {@link #isGatewayAnswering} by any.
 */
final class GatewayWatch {

    /** Told what the keep-alives say about a node, and which one is used; on a change only. */
    interface Observer {
        void changed(int index, KeepAlive.Transition transition, long quietNs);

        void used(int before, int now, GatewayChoice.Reason reason, long quietNs);
    }

    private final Libc libc;
    private final GatewaySocket socket;
    private final TunnelHeader header;
    private final AgentCounters counters;
    private final Observer observer;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(TunnelHeader.KEEP_ALIVE_BYTES);
    private final long address = NativeMemory.address(buffer);
    private final List<KeepAlive> nodes;
    private final GatewayChoice choice;
    private volatile int current;
    private volatile boolean gatewayAnswering;

    GatewayWatch(
            Libc libc,
            GatewaySocket socket,
            int nodeCount,
            TunnelHeader header,
            AgentCounters counters,
            RandomGenerator random,
            Observer observer) {
        long nowNs = System.nanoTime();
        long intervalNs = nodeCount == 1 ? KeepAlive.INTERVAL_NS : KeepAlive.INTERVAL_OF_MANY_NS;
        this.libc = libc;
        this.socket = socket;
        this.header = header;
        this.counters = counters;
        this.observer = observer;
        this.nodes = Stream.generate(() -> new KeepAlive(nowNs, intervalNs, random))
                .limit(nodeCount)
                .toList();
        this.choice = new GatewayChoice(nodes, nowNs);
    }

    /** Index of the node in use. */
    int current() {
        return current;
    }

    /** Whether the node in use answers. */
    boolean isGatewayAnswering() {
        return gatewayAnswering;
    }

    /** How long nothing is due; 0 or less: something is now. */
    long waitNs(long nowNs) {
        long waitNs = Long.MAX_VALUE;
        for (int i = 0; i < nodes.size(); i++) {
            waitNs = Math.min(waitNs, nodes.get(i).waitNs(nowNs));
        }
        return waitNs;
    }

    /** Sends what is due. */
    void tick(long nowNs) {
        for (int i = 0; i < nodes.size(); i++) {
            KeepAlive node = nodes.get(i);
            if (node.waitNs(nowNs) <= 0) {
                KeepAlive.Transition transition = node.sent(nowNs);
                header.writeKeepAlive(buffer, 0, node.nonce());
                if (socket.sendNow(libc, i, address, TunnelHeader.KEEP_ALIVE_BYTES)) {
                    counters.add(AgentCount.KEEP_ALIVES_SENT, 1);
                } else {
                    node.notSent(nowNs);
                }
                tell(i, transition, nowNs);
            }
        }
        choose(nowNs);
    }

    /** The echo of a keep-alive came from a node. */
    void echoed(int index, long nonce, long nowNs) {
        KeepAlive node = nodes.get(index);
        if (!node.isAnswer(nonce)) {
            counters.drop(AgentDropReason.KEEP_ALIVE_LATE);
            return;
        }
        counters.add(AgentCount.KEEP_ALIVES_ANSWERED, 1);
        long quietNs = node.quietNs(nowNs);
        KeepAlive.Transition transition = node.answered(nonce, nowNs);
        if (transition != KeepAlive.Transition.NONE) {
            gatewayAnswering = nodes.get(current).isAnswering();
            observer.changed(index, transition, quietNs);
            choose(nowNs);
        }
    }

    private void tell(int index, KeepAlive.Transition transition, long nowNs) {
        if (transition != KeepAlive.Transition.NONE) {
            gatewayAnswering = nodes.get(current).isAnswering();
            observer.changed(index, transition, nodes.get(index).quietNs(nowNs));
        }
    }

    private void choose(long nowNs) {
        int before = current;
        GatewayChoice.Reason reason = choice.update(nowNs);
        if (reason != GatewayChoice.Reason.NONE) {
            socket.use(choice.current());
            current = choice.current();
            gatewayAnswering = nodes.get(current).isAnswering();
            counters.add(AgentCount.GATEWAY_CHANGES, 1);
            observer.used(before, current, reason, nodes.get(before).quietNs(nowNs));
        }
    }
}
