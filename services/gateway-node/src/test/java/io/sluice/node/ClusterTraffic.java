// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.Namespace;
import io.sluice.testkit.PacketBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;

/**
 * A spoke whose flows send at a steady rate, both directions, each through a node of its own; knows for each flow how long
 * nothing of it came back.
 *
 * <p><b>Threading</b>: one of its own sends and receives; the methods may be called from any thread.
 */
final class ClusterTraffic implements AutoCloseable {

    private static final int PORT = 6080;
    private static final int HEADER_BYTES = 8;
    private static final int DATAGRAM_BYTES_MAX = 9_000;
    private static final int SOCKET_BUFFER_BYTES = 8 << 20;
    private static final int BURST_MAX = 64;
    private static final int OPENED_AT_ONCE_MIN = 50;

    /** A million are opened in a minute. */
    private static final int OPENED_TURNS = 3_000;

    private final List<SpokenFlow> flows;
    private final Map<InnerTuple, Integer> places = new HashMap<>();
    private final byte[][] forward;
    private final byte[][] reverse;
    private final int[] entries;
    private final int[] reverseEntries;
    private final long[] lastBackNs;
    private final long[] longestGapNs;
    private final DatagramChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
    private final InetSocketAddress[] nodes;
    private int entryNodes;
    private final long intervalNs;
    private final int openedAtOnce;
    private final Thread thread;
    private long sent;
    private long back;
    private int next;
    private int speaking;
    private boolean paused = true;
    private volatile boolean closed;

    /**
     * Makes it; it begins with {@link #pause}.
     *
     * @param namespace the spoke's
     * @param flows what it sends
     * @param nodes how many there are
     * @param packetsPerSecond over all flows and both directions
     */
    ClusterTraffic(Namespace namespace, List<SpokenFlow> flows, int nodes, int packetsPerSecond) {
        this.flows = List.copyOf(flows);
        this.intervalNs = 1_000_000_000L / packetsPerSecond;
        int count = flows.size();
        openedAtOnce = Math.max(OPENED_AT_ONCE_MIN, count / OPENED_TURNS);
        speaking = count;
        forward = new byte[count][];
        reverse = new byte[count][];
        entries = new int[count];
        reverseEntries = new int[count];
        lastBackNs = new long[count];
        longestGapNs = new long[count];
        this.entryNodes = nodes;
        this.nodes = new InetSocketAddress[nodes + 2]; // numbered from 1, and room for one that joins
        for (int node = 1; node <= nodes + 1; node++) {
            this.nodes[node] = new InetSocketAddress(InetAddress.ofLiteral("10.0." + node + ".1"), PORT);
        }
        for (int flow = 0; flow < count; flow++) {
            SpokenFlow spoken = flows.get(flow);
            places.put(spoken.tuple(), flow);
            places.put(spoken.tuple().reversed(), flow);
            forward[flow] = datagram(spoken, spoken.data(true));
            reverse[flow] = datagram(spoken, spoken.data(false));
            entries[flow] = flow % nodes + 1;
            reverseEntries[flow] = (flow / nodes) % nodes + 1;
        }
        channel = namespace.call(() -> {
            DatagramChannel opened = DatagramChannel.open(StandardProtocolFamily.INET);
            opened.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
            opened.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
            opened.bind(new InetSocketAddress(InetAddress.ofLiteral(ClusterNetwork.SPOKE_ADDRESS), PORT));
            opened.configureBlocking(false);
            return opened;
        });
        thread = Thread.ofPlatform().daemon().name("traffic").start(this::run);
    }

    private static byte[] datagram(SpokenFlow flow, byte[] inner) {
        return PacketBuilder.geneve().vni(flow.vni()).payload(inner).build();
    }

    private void run() {
        long dueNs = System.nanoTime();
        while (!closed) {
            long nowNs = System.nanoTime();
            if (nowNs - dueNs > 1_000_000_000L) {
                dueNs = nowNs; // a machine that stood still does not make up for it
            }
            synchronized (this) {
                receive();
                for (int burst = 0; burst < BURST_MAX && dueNs - nowNs <= 0; burst++, dueNs += intervalNs) {
                    if (!paused) {
                        send();
                    }
                }
            }
            LockSupport.parkNanos(Math.clamp(dueNs - System.nanoTime(), 50_000, 1_000_000));
        }
    }

    private void send() {
        int flow = next >> 1;
        boolean back = (next & 1) == 1;
        next = next + 1 >= 2 * speaking ? 0 : next + 1;
        sendNow(back ? reverse[flow] : forward[flow], back ? reverseEntries[flow] : entries[flow]);
    }

    private void sendNow(byte[] datagram, int node) {
        try {
            channel.send(ByteBuffer.wrap(datagram), nodes[node]);
            sent++;
        } catch (IOException refused) {
            // a node's cable is down, or its port closed: so be it
        }
    }

    private void receive() {
        try {
            buffer.clear();
            while (channel.receive(buffer) != null) {
                byte[] datagram = new byte[buffer.flip().remaining()];
                buffer.get(datagram).clear();
                Integer flow = places.get(InnerTuple.of(datagram, HEADER_BYTES));
                if (flow != null) {
                    back++;
                    long nowNs = System.nanoTime();
                    longestGapNs[flow] = Math.max(longestGapNs[flow], nowNs - lastBackNs[flow]);
                    lastBackNs[flow] = nowNs;
                }
            }
        } catch (IOException refused) {
            // a port that was closed
        }
    }

    /** Only so many flows, from the first, speak from now on. */
    synchronized void speaking(int count) {
        speaking = count;
    }

    /** Opens every flow: the first segments of TCP, the first datagram of the others; paced. */
    void open() throws InterruptedException {
        open(0, flows.size());
    }

    /** Opens the flows between two places. */
    void open(int from, int to) throws InterruptedException {
        for (int flow = from; flow < to; flow++) {
            SpokenFlow spoken = flows.get(flow);
            synchronized (this) {
                if (spoken.kind() == SpokenFlow.Kind.TCP) {
                    sendNow(datagram(spoken, spoken.packet(true, "S", 0)), entries[flow]);
                } else {
                    sendNow(forward[flow], entries[flow]);
                }
            }
            pace(flow);
        }
    }

    /** Sends the answers to what {@link #open()} sent. */
    void answer() throws InterruptedException {
        answer(0, flows.size());
    }

    /** Sends the answers of the flows between two places. */
    void answer(int from, int to) throws InterruptedException {
        for (int flow = from; flow < to; flow++) {
            SpokenFlow spoken = flows.get(flow);
            synchronized (this) {
                byte[] answer = spoken.kind() == SpokenFlow.Kind.TCP
                        ? datagram(spoken, spoken.packet(false, "SA", 0))
                        : reverse[flow];
                sendNow(answer, reverseEntries[flow]);
            }
            pace(flow);
        }
    }

    private void pace(int flow) throws InterruptedException {
        if (flow % openedAtOnce == openedAtOnce - 1) {
            Thread.sleep(20);
        }
    }

    /** Stops sending, or goes on; what is under way still comes. */
    synchronized void pause(boolean pause) {
        paused = pause;
    }

    /** Begins to measure gaps anew. */
    synchronized void beginGaps() {
        Arrays.fill(longestGapNs, 0);
        Arrays.fill(lastBackNs, System.nanoTime());
    }

    /**
     * Longest time, of each flow, without anything of it, beyond what the rate makes; milliseconds, sorted.
     *
     * @param of which flows
     */
    synchronized long[] gapsMs(IntPredicate of) {
        long regularNs = intervalNs * speaking;
        long nowNs = System.nanoTime();
        List<Long> gaps = new ArrayList<>();
        for (int flow = 0; flow < speaking; flow++) {
            if (of.test(flow)) {
                long gap = Math.max(longestGapNs[flow], nowNs - lastBackNs[flow]);
                gaps.add(Math.max(0, gap - 2 * regularNs) / 1_000_000);
            }
        }
        return gaps.stream().sorted().mapToLong(Long::longValue).toArray();
    }

    /** What is said of some gaps, one at least, as {@link #gapsMs} has them. */
    static String summary(long[] gapsMs) {
        return "p50 %d, p99 %d, longest %d, flows %d"
                .formatted(
                        gapsMs[gapsMs.length / 2],
                        gapsMs[gapsMs.length * 99 / 100],
                        gapsMs[gapsMs.length - 1],
                        gapsMs.length);
    }

    /** Whether a flow enters at a node, in any direction. */
    synchronized boolean entersAt(int flow, int node) {
        return entries[flow] == node || reverseEntries[flow] == node;
    }

    /** What entered at a node enters at others from now on, as an agent or a router does that sees it gone. */
    synchronized void leave(int node, int... others) {
        for (int flow = 0; flow < flows.size(); flow++) {
            if (entries[flow] == node) {
                entries[flow] = others[flow % others.length];
            }
            if (reverseEntries[flow] == node) {
                reverseEntries[flow] = others[(flow + 1) % others.length];
            }
        }
    }

    /** Flows whose number is a multiple of the number of nodes enter at this node again. */
    synchronized void comeBack(int node) {
        int count = entryNodes;
        for (int flow = 0; flow < flows.size(); flow++) {
            if (flow % count + 1 == node) {
                entries[flow] = node;
            }
            if (flow / count % count + 1 == node) {
                reverseEntries[flow] = node;
            }
        }
    }

    /** One node more is there: its share of the flows enters there from now on. */
    synchronized void join() {
        entryNodes++;
        comeBack(entryNodes);
    }

    /** Packets sent. */
    synchronized long sent() {
        return sent;
    }

    /** Packets that came back. */
    synchronized long back() {
        return back;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        channel.close();
    }
}
