// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.HexFormat;

/** A UDP socket where the gateway would be, at its port; the agent is at 127.0.0.2. */
final class FakeGateway implements AutoCloseable {

    static final byte[] KEEP_ALIVE_HEADER = HexFormat.of().parseHex("0080080000006400");
    static final int TIMEOUT_MS = 5_000;

    private final DatagramSocket socket;
    private final DatagramPacket packet = new DatagramPacket(new byte[9000], 9000);

    FakeGateway() throws IOException {
        this("127.0.0.1");
    }

    FakeGateway(String address) throws IOException {
        socket = new DatagramSocket(at(address, 6080));
        socket.setSoTimeout(TIMEOUT_MS);
    }

    byte[] receive() throws IOException {
        packet.setLength(9000);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    InetSocketAddress sender() {
        return (InetSocketAddress) packet.getSocketAddress();
    }

    /** The next datagram that is no keep-alive and holds one of the two UDP conversations. */
    byte[] receivePacket() throws IOException {
        for (int i = 0; i < 100; i++) {
            byte[] received = receive();
            if (!isKeepAlive(received)) {
                return received;
            }
        }
        throw new SocketTimeoutException("only keep-alives came");
    }

    /** Answers the next keep-alive, which it returns. */
    byte[] echoKeepAlive() throws IOException {
        for (int i = 0; i < 100; i++) {
            byte[] received = receive();
            if (isKeepAlive(received)) {
                send(received);
                return received;
            }
        }
        throw new SocketTimeoutException("no keep-alive came");
    }

    private static boolean isKeepAlive(byte[] datagram) {
        return datagram.length == 16 && Arrays.equals(Arrays.copyOf(datagram, 8), KEEP_ALIVE_HEADER);
    }

    void send(byte[] datagram) throws IOException {
        socket.send(new DatagramPacket(datagram, datagram.length, at("127.0.0.2", 6080)));
    }

    /** Returns a packet with both ends swapped. */
    void sendBack(byte[] datagram) throws IOException {
        byte[] inner = Arrays.copyOfRange(datagram, 8, datagram.length);
        swapEnds(inner);
        byte[] back = datagram.clone();
        System.arraycopy(inner, 0, back, 8, inner.length);
        send(back);
    }

    @Override
    public void close() {
        socket.close();
    }

    /** Addresses and UDP ports change places: the checksums stay right. */
    static void swapEnds(byte[] inner) {
        boolean ipv4 = inner[0] >> 4 == 4;
        int addresses = ipv4 ? 12 : 8;
        int addressBytes = ipv4 ? 4 : 16;
        int ports = ipv4 ? 20 : 40;
        swap(inner, addresses, addressBytes);
        swap(inner, ports, 2);
    }

    private static void swap(byte[] bytes, int offset, int length) {
        byte[] first = Arrays.copyOfRange(bytes, offset, offset + length);
        System.arraycopy(bytes, offset + length, bytes, offset, length);
        System.arraycopy(first, 0, bytes, offset + length, length);
    }

    static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }
}
