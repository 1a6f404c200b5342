// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import io.sluice.appliance.core.ApplianceDropReason;
import io.sluice.appliance.core.ApplianceMode;
import io.sluice.appliance.core.CookieMemory;
import io.sluice.appliance.core.DelayQueue;
import io.sluice.appliance.core.GatewayPacket;
import io.sluice.appliance.core.SeenFlow;
import io.sluice.appliance.core.SeenFlows;
import io.sluice.appliance.core.Tamper;
import io.sluice.appliance.core.Violation;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives packets from gateways and returns them as W-18 says: header and options byte-identical, addresses swapped,
 * ports kept; or misbehaves as the mode asks.
 *
 * <p><b>Threading</b>: one thread of its own owns all sockets, counters and flows. The mode is published to it; a
 * {@link #statistics} request is answered by it between two batches.
 */
final class PacketLoop implements Runnable, AutoCloseable {

    /** Source ports that can be in use at a time. */
    static final int RETURN_SOCKETS_MAX = 256;

    /** Flows remembered. */
    static final int FLOWS_MAX = 4_096;

    /** Packets that can wait for a delay. */
    static final int DELAYED_MAX = 2_048;

    /** A gateway's own probes have this endpoint id and a new cookie each: they are returned, and are no flows. */
    private static final long PROBES_ENDPOINT_ID = 0;

    private static final Logger LOG = LoggerFactory.getLogger(PacketLoop.class);
    private static final int DATAGRAM_BYTES_MAX = 65_535;
    private static final int BATCH_PACKETS = 64;
    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;
    private static final long NS_PER_MS = 1_000_000;
    private static final long IDLE_WAIT_MS = 1_000;

    private final DatagramChannel listen;
    private final InetSocketAddress bound;
    private final Selector selector;
    private final ReturnSockets sockets;
    private final @Nullable FlowLog log;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final GatewayPacket packet = new GatewayPacket();
    private final SeenFlows flows = new SeenFlows(FLOWS_MAX);
    private final DelayQueue<InetSocketAddress> delayed = new DelayQueue<>(DELAYED_MAX);
    private final DelayQueue.Receiver<InetSocketAddress> returnDelayed = this::giveBackDelayed;
    private final long[] violations = new long[Violation.values().length];
    private final long[] drops = new long[ApplianceDropReason.values().length];
    private final Queue<CompletableFuture<Statistics>> requests = new ConcurrentLinkedQueue<>();
    private final CookieMemory cookies = new CookieMemory(FLOWS_MAX);
    private long received;
    private long probes;
    private long returned;
    private volatile ApplianceMode mode;
    private volatile boolean stopping;

    PacketLoop(InetSocketAddress address, ApplianceMode mode, @Nullable FlowLog log) throws IOException {
        this.mode = mode;
        this.log = log;
        this.listen = DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            listen.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
            listen.bind(address);
            listen.configureBlocking(false);
            this.bound = (InetSocketAddress) listen.getLocalAddress();
            this.selector = Selector.open();
            listen.register(selector, SelectionKey.OP_READ);
            this.sockets = new ReturnSockets(listen, bound, RETURN_SOCKETS_MAX);
        } catch (IOException refused) {
            listen.close();
            throw refused;
        }
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return bound;
    }

    /** How it behaves now. */
    ApplianceMode mode() {
        return mode;
    }

    /** Behaves so from the next packet on. */
    void become(ApplianceMode next) {
        mode = next;
        selector.wakeup();
    }

    /** What was counted, as of one moment between two batches. */
    CompletableFuture<Statistics> statistics() {
        CompletableFuture<Statistics> request = new CompletableFuture<>();
        requests.add(request);
        selector.wakeup();
        return request;
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                long nowNs = System.nanoTime();
                delayed.release(nowNs, returnDelayed);
                boolean more = receiveBatch(mode, nowNs);
                answerRequests();
                if (!more) {
                    await(System.nanoTime());
                }
            }
        } catch (IOException failed) {
            LOG.atError()
                    .addKeyValue("event", "appliance_failed")
                    .setCause(failed)
                    .log("receiving failed");
        } finally {
            release();
        }
    }

    private void await(long nowNs) throws IOException {
        long waitNs = delayed.waitNs(nowNs);
        if (waitNs == 0) {
            return;
        }
        // Rounded up: a wait of 0 ms would be a wait without end.
        long waitMs = waitNs > IDLE_WAIT_MS * NS_PER_MS ? IDLE_WAIT_MS : (waitNs + NS_PER_MS - 1) / NS_PER_MS;
        selector.select(waitMs);
        selector.selectedKeys().clear();
    }

    private boolean receiveBatch(ApplianceMode current, long nowNs) throws IOException {
        boolean more = true;
        for (int i = 0; more && i < BATCH_PACKETS; i++) {
            buffer.clear();
            InetSocketAddress sender = (InetSocketAddress) listen.receive(buffer);
            if (sender == null) {
                more = false;
            } else {
                handle(current, buffer.position(), sender, nowNs);
            }
        }
        if (log != null) {
            log.flush();
        }
        return more;
    }

    private void handle(ApplianceMode current, int lengthBytes, InetSocketAddress sender, long nowNs) {
        received++;
        Violation fatal = packet.parse(buffer, lengthBytes);
        if (packet.hasRemarks()) {
            countRemarks();
        }
        if (fatal != null) {
            count(fatal);
            return;
        }
        if (packet.endpointId() == PROBES_ENDPOINT_ID) {
            probes++;
        } else {
            SeenFlow first = flows.count(packet, lengthBytes - packet.innerOffset());
            if (first != null && log != null) {
                log.first(first, sender.getAddress());
            }
        }
        cookies.note(packet);
        if (current.rules().denies(packet)) {
            drop(ApplianceDropReason.RULE_DENY);
            return;
        }
        switch (current.returning()) {
            case DROP -> drop(ApplianceDropReason.MODE_DROP);
            case SILENT -> drop(ApplianceDropReason.MODE_SILENT);
            case ALL -> giveBackOrDelay(current, lengthBytes, sender, nowNs);
        }
    }

    private void giveBackOrDelay(ApplianceMode current, int lengthBytes, InetSocketAddress sender, long nowNs) {
        int offset = current.tamper().apply(buffer, packet, cookies);
        int length = lengthBytes - offset;
        if (current.delayMs() == 0 && delayed.size() == 0) {
            buffer.limit(lengthBytes).position(offset);
            giveBack(sender);
        } else if (!delayed.add(buffer, offset, length, sender, nowNs + current.delayMs() * NS_PER_MS)) {
            drop(ApplianceDropReason.DELAY_QUEUE_FULL);
        }
    }

    private void giveBackDelayed(ByteBuffer bytes, int lengthBytes, InetSocketAddress sender) {
        buffer.clear();
        buffer.put(0, bytes, 0, lengthBytes);
        buffer.limit(lengthBytes);
        giveBack(sender);
    }

    /** Sends what lies between the buffer's position and limit. */
    private void giveBack(InetSocketAddress sender) {
        boolean sent;
        if (mode.tamper() == Tamper.PORTS) {
            sent = sockets.sendPlainReply(buffer, sender);
        } else {
            DatagramChannel from = sockets.socket(sender.getPort());
            if (from == null) {
                drop(ApplianceDropReason.SOURCE_PORT_TAKEN);
                return;
            }
            sent = sockets.send(from, buffer, sender.getAddress());
        }
        if (sent) {
            returned++;
        } else {
            drop(ApplianceDropReason.SEND_REFUSED);
        }
    }

    private void countRemarks() {
        for (int i = 0; i < violations.length; i++) {
            if (packet.remark(i) != null) {
                violations[i]++;
            }
        }
    }

    @SuppressWarnings("EnumOrdinal") // an index into this run's own array, never kept
    private void count(Violation violation) {
        violations[violation.ordinal()]++;
    }

    @SuppressWarnings("EnumOrdinal") // as above
    private void drop(ApplianceDropReason reason) {
        drops[reason.ordinal()]++;
    }

    private void answerRequests() {
        CompletableFuture<Statistics> request = requests.poll();
        while (request != null) {
            request.complete(Statistics.of(
                    mode, received, returned, delayed.size(), probes, drops, violations, sockets.open(), flows));
            request = requests.poll();
        }
    }

    private void release() {
        sockets.close();
        try {
            listen.close();
            selector.close();
        } catch (IOException gone) {
            LOG.atDebug().setCause(gone).log("closing failed");
        }
        if (log != null) {
            log.close();
        }
        answerRequests();
    }

    /** Makes the loop end; its thread releases what it owns. */
    @Override
    public void close() {
        stopping = true;
        selector.wakeup();
    }
}
