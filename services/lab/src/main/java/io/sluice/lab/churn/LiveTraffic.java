// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The spokes' side: speaks GENEVE with the gateway from one attachment, for all flows, at a steady rate, and takes what
 * comes out again.
 *
 * <p>Live flows speak in turn. Beside them short ones come and go, so that there is always one to be decided on.
 *
 * <p><b>Threading</b>: a thread of its own; the public numbers are to be read after {@link #close}, but {@link
 * #establishedCount}, which may be asked any time.
 */
final class LiveTraffic implements AutoCloseable {
    static final int INGRESS_PORT = 6080;

    private static final int GENEVE_BYTES = 8;
    private static final int DATAGRAM_BYTES_MAX = 2_048;
    private static final int SOCKET_BUFFER_BYTES = 8 << 20;
    private static final long SHORT_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SHORT_SPEAKS_EVERY_NS = TimeUnit.MILLISECONDS.toNanos(1_000);
    private static final int SHORT_PACKETS = 6;
    private static final int BURST = 64;
    private static final int PATIENCE_MS = 3_000;

    /** When a flow was answered with a reset. */
    record Reset(int flow, long atMs) {}

    private record Due(LiveFlow flow, int packets, long atNs) {}

    private final DatagramChannel channel;
    private final InetSocketAddress gateway;
    private final List<LiveFlow> live = new ArrayList<>();
    private final Map<Integer, LiveFlow> byNumber = new HashMap<>();
    private final long everyNs;
    private final Thread thread;
    private final ByteBuffer out = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final ByteBuffer in = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final Queue<Due> shortFlows = new PriorityQueue<>(Comparator.comparingLong(Due::atNs));
    private final List<Reset> resets = new ArrayList<>();
    private final List<String> changed = new ArrayList<>();
    private int nextNumber;
    private long sent;
    private long delivered;
    private long late;
    private final AtomicInteger established = new AtomicInteger();
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    /**
     * Opens the socket; nothing is sent before {@link #start}.
     *
     * @param flows live flows in all; one in fifty is the visitor's
     * @param periodMs time from one packet of a live flow to its next
     */
    LiveTraffic(Namespace spoke, String from, String to, int flows, int periodMs) {
        gateway = new InetSocketAddress(InetAddress.ofLiteral(to), INGRESS_PORT);
        channel = spoke.call(() -> {
            DatagramChannel opened = DatagramChannel.open(StandardProtocolFamily.INET);
            opened.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            opened.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            opened.bind(new InetSocketAddress(InetAddress.ofLiteral(from), INGRESS_PORT));
            opened.configureBlocking(false);
            return opened;
        });
        everyNs = TimeUnit.MILLISECONDS.toNanos(periodMs) / flows;
        for (int i = 0; i < flows; i++) {
            // the visitor's flows end with it, and a datagram opens one again
            boolean visitor = i % 50 == 49;
            live.add(flow(!visitor && i % 5 < 3, visitor ? Spoke.VISITOR : Spoke.MAIN.get(i % 2)));
        }
        thread = Thread.ofPlatform().daemon().name("traffic").unstarted(this::run);
    }

    private LiveFlow flow(boolean tcp, Spoke spoke) {
        LiveFlow flow = new LiveFlow(nextNumber++, tcp, spoke);
        byNumber.put(flow.number, flow);
        return flow;
    }

    /** Starts to speak. */
    void start() {
        thread.start();
    }

    /** Live flows of which packets of both directions have come out. */
    int establishedCount() {
        return established.get();
    }

    /** Why it has ended, if it has by itself. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    private void run() {
        try {
            long startNs = System.nanoTime();
            long turn = 0;
            long nextShortNs = startNs;
            while (!stopping) {
                for (int i = 0; i < BURST && startNs + turn * everyNs - System.nanoTime() <= 0; i++) {
                    LiveFlow flow = live.get((int) (turn++ % live.size()));
                    send(flow, flow.next());
                }
                long nowNs = System.nanoTime();
                if (nextShortNs - nowNs <= 0) {
                    shortFlows.add(new Due(flow(nextNumber % 2 == 0, Spoke.MAIN.get(nextNumber / 2 % 2)), 0, nowNs));
                    nextShortNs += SHORT_EVERY_NS;
                }
                speakShort(nowNs);
                if (!receive()) {
                    LockSupport.parkNanos(Math.clamp(startNs + turn * everyNs - System.nanoTime(), 1, 500_000));
                }
            }
            for (long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
                    endNs - System.nanoTime() > 0 && !live.stream().allMatch(LiveFlow::answered); ) {
                if (!receive()) {
                    LockSupport.parkNanos(500_000);
                }
            }
        } catch (IOException | RuntimeException failed) {
            failure = failed;
        }
    }

    private void speakShort(long nowNs) throws IOException {
        for (Due due = shortFlows.peek(); due != null && due.atNs() - nowNs <= 0; due = shortFlows.peek()) {
            shortFlows.remove();
            if (due.packets() < SHORT_PACKETS) {
                send(due.flow(), due.flow().next());
                shortFlows.add(new Due(due.flow(), due.packets() + 1, due.atNs() + SHORT_SPEAKS_EVERY_NS));
            } else if (due.flow().connected()) {
                send(due.flow(), due.flow().goodbye());
            }
        }
    }

    private void send(LiveFlow flow, byte[] packet) throws IOException {
        out.clear();
        out.putInt(0x0000_0800).putInt(flow.spoke.vni() << 8).put(packet).flip();
        if (channel.send(out, gateway) == 0) {
            throw new IOException("the socket took no packet: its buffer is full");
        }
        sent++;
    }

    private boolean receive() throws IOException {
        boolean any = false;
        for (int i = 0; i < BURST; i++) {
            in.clear();
            if (channel.receive(in) == null) {
                return any;
            }
            any = true;
            take(in.flip());
        }
        return true;
    }

    private void take(ByteBuffer datagram) {
        int vni = datagram.getInt(4) >>> 8;
        byte[] packet = new byte[datagram.limit() - GENEVE_BYTES];
        datagram.get(GENEVE_BYTES, packet);
        ByteBuffer inner = ByteBuffer.wrap(packet);
        int source = LiveFlow.numberOf(inner.getInt(12));
        LiveFlow flow = byNumber.get(source >= 0 && source < nextNumber ? source : LiveFlow.numberOf(inner.getInt(16)));
        if (flow == null || flow.spoke.vni() != vni) {
            changed.add("VNI " + vni + ", a packet of no flow there");
            return;
        }
        boolean before = flow.established();
        switch (flow.arrive(packet)) {
            case DELIVERED -> delivered++;
            case LATE -> late++;
            case RESET -> resets.add(new Reset(flow.number, System.currentTimeMillis()));
            case CHANGED -> changed.add("flow " + flow.number + ": a packet it has not sent");
        }
        if (!before && flow.established() && flow.number < live.size()) {
            established.incrementAndGet();
        }
    }

    /** Flows in all, short ones included. */
    List<LiveFlow> flows() {
        return byNumber.values().stream()
                .sorted(Comparator.comparingInt(flow -> flow.number))
                .toList();
    }

    /** How many of {@link #flows}, from the first, live all the time. */
    int liveCount() {
        return live.size();
    }

    /** Resets that came out of the gateway. */
    List<Reset> resets() {
        return List.copyOf(resets);
    }

    /** What came out and was never sent so. */
    List<String> changed() {
        return List.copyOf(changed);
    }

    long sent() {
        return sent;
    }

    /** Packets that came out as they went in, late ones included. */
    long delivered() {
        return delivered + late;
    }

    /** Stops to send, waits a little for what is under way. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
            channel.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
