// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.testkit.PacketBuilder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * A spoke and appliances on loopback, which needs no right: says of packets which appliance got them, or for which reason
 * the node dropped them.
 *
 * <p><b>Threading</b>: one thread.
 */
final class LoopbackPath implements AutoCloseable {

    /** Port 6081 cannot be chosen, so each process has loopback addresses of its own: three parts of an address. */
    static final String NETWORK = "127." + (64 + ProcessHandle.current().pid() % 180) + ".";

    private static final int INGRESS_PORT = 6080;
    private static final int DATAGRAM_BYTES_MAX = 9_000;
    private static final int SOCKET_BUFFER_BYTES = 4 << 20;
    private static final long WITHIN_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int PAUSE_MS = 20;

    private final InetSocketAddress ingress;
    private final DatagramChannel spoke;
    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES_MAX);

    /**
     * @param gateway address of the ingress
     * @param attachment address of the spoke
     */
    LoopbackPath(String gateway, String attachment) throws IOException {
        ingress = new InetSocketAddress(gateway, INGRESS_PORT);
        spoke = DatagramChannel.open().bind(new InetSocketAddress(attachment, INGRESS_PORT));
    }

    /** Listens for packets to an appliance, which is known by a name from then on. */
    void appliance(String name, String address, int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(java.net.StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
        channel.bind(new InetSocketAddress(address, port)).configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, name);
    }

    /**
     * Sends packets to a node and waits until it is known of each what became of it.
     *
     * @param vni of the endpoint they enter by
     * @param count how many
     * @param packet makes the one of a number
     * @return how many went to each appliance, and how many were dropped for each reason
     */
    SortedMap<String, Integer> send(Gateway node, int vni, int count, IntFunction<byte[]> packet) throws Exception {
        Map<String, Object> before = drops(node);
        for (int number = 0; number < count; number++) {
            byte[] datagram = PacketBuilder.geneve()
                    .vni(vni)
                    .payload(packet.apply(number))
                    .build();
            spoke.send(ByteBuffer.wrap(datagram), ingress);
        }
        SortedMap<String, Integer> delivered = new TreeMap<>();
        long startNs = System.nanoTime();
        while (true) {
            selector.select(key -> take(key, delivered), PAUSE_MS);
            SortedMap<String, Integer> became = new TreeMap<>(delivered);
            drops(node).forEach((reason, dropped) -> {
                int more =
                        (int) (((Number) dropped).longValue() - ((Number) before.getOrDefault(reason, 0)).longValue());
                if (more > 0) {
                    became.put(reason, more);
                }
            });
            int known = became.values().stream().mapToInt(Integer::intValue).sum();
            if (known >= count) {
                return became;
            }
            if (System.nanoTime() - startNs > WITHIN_NS) {
                throw new AssertionError("of " + count + " packets only these are known of: " + became);
            }
        }
    }

    private static Map<String, Object> drops(Gateway node) throws Exception {
        JsonObject counters = LiveNetwork.counters(node);
        return counters.getJsonObject("drops", new JsonObject()).getMap();
    }

    private void take(SelectionKey key, SortedMap<String, Integer> delivered) {
        try {
            DatagramChannel channel = (DatagramChannel) key.channel();
            while (channel.receive(buffer.clear()) != null) {
                delivered.merge((String) key.attachment(), 1, Integer::sum);
            }
        } catch (IOException failed) {
            throw new java.io.UncheckedIOException(failed);
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        spoke.close();
    }
}
