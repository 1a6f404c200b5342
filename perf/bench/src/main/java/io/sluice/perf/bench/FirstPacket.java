// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;

/**
 * An endpoint and an appliance that wait for a gateway: the endpoint sends a datagram of another flow each millisecond, the
 * appliance returns what it gets, and the first that comes back to the endpoint counts.
 *
 * <p>Datagrams to an address that nobody listens at are lost, as on any network; so nothing that was sent before the gateway took
 * packets is in the time.
 */
final class FirstPacket implements AutoCloseable {

    private static final int GENEVE_PORT = 6081;
    private static final int INGRESS_PORT = 6080;
    private static final int GENEVE_BYTES = 8;
    private static final int IPV4_BYTES = 20;
    private static final int UDP_BYTES = 8;
    private static final int PAYLOAD_BYTES = 16;
    private static final int ETHER_TYPE_IPV4 = 0x0800;
    private static final int RECEIVE_BYTES = 2048;
    private static final int FIRST_FLOW_PORT = 20_000;
    private static final int FLOW_PORTS = 40_000;
    private static final long PERIOD_MS = 1;

    private final InetSocketAddress ingress;
    private final InetSocketAddress gateway;
    private final int vni;
    private final Selector selector = Selector.open();
    private final DatagramChannel endpoint;
    private final DatagramChannel appliance;
    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_BYTES);
    private int flows;

    /**
     * @param row the gateway; it has the group of one target
     */
    FirstPacket(Row row) throws IOException {
        ingress = new InetSocketAddress(Addresses.forwarder(row), INGRESS_PORT);
        gateway = new InetSocketAddress(Addresses.forwarder(row), GENEVE_PORT);
        vni = Addresses.vni(1, 0);
        endpoint = channel(Addresses.endpoint(row), INGRESS_PORT);
        appliance = channel(Addresses.target(row, 1, 0), GENEVE_PORT);
    }

    private DatagramChannel channel(String address, int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open().bind(new InetSocketAddress(address, port));
        channel.configureBlocking(false).register(selector, SelectionKey.OP_READ);
        return channel;
    }

    /**
     * Waits for it.
     *
     * @param since {@link System#nanoTime} of the beginning
     * @param longest that is waited
     * @return how long it took
     * @throws IOException where none came back by then
     */
    Duration await(long since, Duration longest) throws IOException {
        while (System.nanoTime() - since < longest.toNanos()) {
            endpoint.send(datagram(), ingress);
            selector.select(PERIOD_MS);
            selector.selectedKeys().clear();
            received.clear();
            while (appliance.receive(received) != null) {
                appliance.send(received.flip(), gateway);
                received.clear();
            }
            if (endpoint.receive(received) != null) {
                return Duration.ofNanos(System.nanoTime() - since);
            }
        }
        throw new IOException("no packet has come back within " + longest);
    }

    /** GENEVE as an endpoint sends it, around UDP of another source port than before. */
    private ByteBuffer datagram() {
        int sourcePort = FIRST_FLOW_PORT + flows++ % FLOW_PORTS;
        ByteBuffer packet = ByteBuffer.allocate(GENEVE_BYTES + IPV4_BYTES + UDP_BYTES + PAYLOAD_BYTES);
        packet.putShort((short) 0).putShort((short) ETHER_TYPE_IPV4).putInt(vni << 8);
        packet.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4_BYTES + UDP_BYTES + PAYLOAD_BYTES));
        packet.putInt(0).put((byte) 64).put((byte) 17).putShort((short) 0);
        packet.put(new byte[] {10, 1, 0, 1}).put(new byte[] {10, 2, 0, 1});
        packet.putShort(GENEVE_BYTES + 10, checksum(packet, GENEVE_BYTES, IPV4_BYTES));
        // without a checksum of its own, as UDP over IPv4 may be
        packet.putShort((short) sourcePort).putShort((short) 9).putShort((short) (UDP_BYTES + PAYLOAD_BYTES));
        return packet.clear();
    }

    private static short checksum(ByteBuffer bytes, int from, int count) {
        int sum = 0;
        for (int i = from; i < from + count; i += Short.BYTES) {
            sum += bytes.getShort(i) & 0xffff;
        }
        sum = (sum >>> 16) + (sum & 0xffff);
        return (short) ~(sum + (sum >>> 16));
    }

    @Override
    public void close() throws IOException {
        endpoint.close();
        appliance.close();
        selector.close();
    }
}
