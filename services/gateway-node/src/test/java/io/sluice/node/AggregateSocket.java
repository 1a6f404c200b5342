// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.os.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A UDP socket that sends many datagrams of one size as one message ({@code UDP_SEGMENT}), as a Linux endpoint or
 * appliance with segmentation offload does. Over veth they arrive as one where the receiver asks for that.
 *
 * <p><b>Threading</b>: one thread at a time.
 */
final class AggregateSocket implements AutoCloseable {

    private static final int SOCK_DGRAM = 2;
    private static final int SOL_UDP = 17;
    private static final int UDP_SEGMENT = 103;
    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private final int socket;

    /** Opens one in a namespace, at an address of it and any port, towards another. */
    AggregateSocket(Namespace namespace, InetAddress from, InetSocketAddress to) {
        socket = namespace.call(() -> {
            int opened = Libc.socket(Libc.AF_INET, SOCK_DGRAM, 0);
            try (Arena arena = Arena.ofConfined()) {
                Libc.bind(opened, address(arena, from, 0));
                Libc.connect(opened, address(arena, to.getAddress(), to.getPort()));
            }
            return opened;
        });
    }

    private static MemorySegment address(Arena arena, InetAddress host, int port) {
        MemorySegment address = arena.allocate(16, 4);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_INET);
        address.set(PORT, 2, (short) port);
        MemorySegment.copy(host.getAddress(), 0, address, ValueLayout.JAVA_BYTE, 4, 4);
        return address;
    }

    /** Sends datagrams of one size, but for a last one that may be shorter. */
    void send(List<byte[]> datagrams) throws IOException {
        int bytes = datagrams.stream().mapToInt(datagram -> datagram.length).sum();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(bytes);
            int at = 0;
            for (byte[] datagram : datagrams) {
                MemorySegment.copy(datagram, 0, message, ValueLayout.JAVA_BYTE, at, datagram.length);
                at += datagram.length;
            }
            Libc.setOption(socket, SOL_UDP, UDP_SEGMENT, datagrams.getFirst().length);
            int sent = Libc.send(socket, message);
            if (sent != bytes) {
                throw new IOException("the kernel took " + sent + " of " + bytes + " bytes");
            }
        }
    }

    @Override
    public void close() throws IOException {
        Libc.close(socket);
    }
}
