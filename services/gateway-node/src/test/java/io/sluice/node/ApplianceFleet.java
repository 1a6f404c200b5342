// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Appliances of the kernel tests' own, one an address, on one thread in a namespace: each takes GENEVE at 6081, answers
 * health checks at 80 while it is told to, and shows every packet to an {@link Inspection} that says what to return.
 *
 * <p>Shares no code with the gateway or the reference appliance. Returns as W-3 has it: addresses swapped, ports kept, so
 * from a socket bound to the gateway's source port to 6081.
 *
 * <p><b>Threading</b>: the inspection is called by the fleet's thread alone; {@link #health}, {@link #send} and
 * {@link #received} may be called by any.
 */
final class ApplianceFleet implements AutoCloseable {

    static final int GENEVE_PORT = 6081;

    private static final int DATAGRAM_BYTES_MAX = 9_000;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final int IDLE_MS = 100;
    private static final int CLOSE_MS_MAX = 5_000;

    /** What a packet is worth: called for each, on the fleet's thread. */
    interface Inspection {

        /** Decides what becomes of a packet; returning nothing is to call nothing. */
        void inspect(ReturnedPacket packet, ApplianceFleet fleet) throws IOException;
    }

    private record HeldBack(ReturnedPacket packet, long dueNs) {}

    private final Selector selector;
    private final Inspection inspection;
    private final Map<InetAddress, DatagramChannel> listening = new HashMap<>();
    private final Map<InetSocketAddress, DatagramChannel> returning = new HashMap<>();
    private final Map<InetAddress, ServerSocketChannel> healthPorts = new HashMap<>();
    private final Queue<HeldBack> heldBack = new PriorityQueue<>(Comparator.comparingLong(HeldBack::dueNs));
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final AtomicLong received = new AtomicLong();
    private final Thread thread;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile @Nullable Throwable failure = new IllegalStateException("not started");

    /**
     * Starts the appliances, healthy.
     *
     * @param namespace where their addresses are
     * @param addresses one for each
     * @param inspection what they do
     */
    ApplianceFleet(Namespace namespace, List<String> addresses, Inspection inspection)
            throws IOException, InterruptedException {
        this.selector = Selector.open();
        this.inspection = inspection;
        thread = namespace.threads("appliances").newThread(() -> run(addresses));
        thread.start();
        started.await();
        check();
    }

    private void run(List<String> addresses) {
        try {
            for (String address : addresses) {
                InetAddress own = InetAddress.ofLiteral(address);
                DatagramChannel channel = open(new InetSocketAddress(own, GENEVE_PORT));
                channel.register(selector, SelectionKey.OP_READ, own);
                listening.put(own, channel);
                openHealthPort(own);
            }
            failure = null;
            started.countDown();
            ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);
            while (!closed) {
                sendWhatIsDue();
                selector.select(key -> serve(key, buffer), heldBack.isEmpty() ? IDLE_MS : 1);
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
            }
        } catch (IOException | RuntimeException failed) {
            failure = failed;
        } finally {
            started.countDown();
        }
    }

    private void check() {
        Throwable ended = failure;
        if (ended != null) {
            throw new IllegalStateException("the appliances have ended", ended);
        }
    }

    private static DatagramChannel open(InetSocketAddress address) throws IOException {
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
        channel.bind(address);
        channel.configureBlocking(false);
        return channel;
    }

    private void serve(SelectionKey key, ByteBuffer buffer) {
        try {
            if (key.channel() instanceof ServerSocketChannel server) {
                for (var accepted = server.accept(); accepted != null; accepted = server.accept()) {
                    accepted.close();
                }
                return;
            }
            DatagramChannel channel = (DatagramChannel) key.channel();
            InetAddress own = (InetAddress) key.attachment();
            buffer.clear();
            for (InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
                    from != null;
                    from = (InetSocketAddress) channel.receive(buffer)) {
                byte[] datagram = new byte[buffer.flip().remaining()];
                buffer.get(datagram).clear();
                received.incrementAndGet();
                inspection.inspect(new ReturnedPacket(own, from.getAddress(), from.getPort(), datagram), this);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Returns a packet as it came. */
    void sendBack(ReturnedPacket packet) throws IOException {
        send(packet.appliance(), packet.sourcePort(), packet.gateway(), GENEVE_PORT, packet.datagram());
    }

    /** Returns a packet as it came, later; on the fleet's thread. */
    void sendBackAfter(ReturnedPacket packet, long delayMs) {
        heldBack.add(new HeldBack(packet, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(delayMs)));
    }

    private void sendWhatIsDue() throws IOException {
        for (HeldBack next = heldBack.peek();
                next != null && next.dueNs() - System.nanoTime() <= 0;
                next = heldBack.peek()) {
            heldBack.remove();
            sendBack(next.packet());
        }
    }

    /** Sends a datagram from an appliance; on the fleet's thread. */
    void send(InetAddress from, int sourcePort, InetAddress to, int destinationPort, byte[] datagram)
            throws IOException {
        DatagramChannel channel = listening.get(from);
        if (sourcePort != GENEVE_PORT || channel == null) {
            InetSocketAddress source = new InetSocketAddress(from, sourcePort);
            channel = returning.get(source);
            if (channel == null) {
                channel = open(source);
                returning.put(source, channel);
            }
        }
        int sent = channel.send(ByteBuffer.wrap(datagram), new InetSocketAddress(to, destinationPort));
        if (sent != datagram.length) {
            throw new IOException("the kernel took " + sent + " of " + datagram.length + " bytes");
        }
    }

    /** Opens or closes the port for health checks. */
    void health(String address, boolean up) throws InterruptedException {
        InetAddress own = InetAddress.ofLiteral(address);
        order(() -> {
            if (up) {
                openHealthPort(own);
            } else {
                close(healthPorts.remove(own));
            }
        });
    }

    /** Does something on the fleet's thread and waits for it. */
    void order(Runnable order) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        orders.add(() -> {
            try {
                order.run();
            } finally {
                done.countDown();
            }
        });
        selector.wakeup();
        while (!done.await(1, TimeUnit.SECONDS)) {
            check();
        }
        check();
    }

    private void openHealthPort(InetAddress own) {
        if (healthPorts.containsKey(own)) {
            return;
        }
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(own, Scenario.HEALTH_PORT), 64);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT, own);
            healthPorts.put(own, server);
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
    }

    private static void close(AutoCloseable channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (Exception gone) {
                throw new IllegalStateException(gone);
            }
        }
    }

    /** Datagrams of the gateway so far. */
    long received() {
        check();
        return received.get();
    }

    /** Addresses of a fleet: {@code 10.1.<zone>.11} and so on. */
    static List<String> addresses(int zone, int count) {
        String[] addresses = new String[count];
        Arrays.setAll(addresses, i -> "10.1." + zone + "." + (11 + i));
        return List.of(addresses);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            thread.join(CLOSE_MS_MAX);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        for (DatagramChannel channel : returning.values()) {
            channel.close();
        }
        selector.close();
    }
}
