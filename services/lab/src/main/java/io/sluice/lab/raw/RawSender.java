// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.raw;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.os.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;

/**
 * Sends IPv4 packets whose header the caller has written, by a raw socket of a namespace.
 *
 * <p>The kernel routes them and fills in nothing but the identification where that is 0; it refuses what is longer than
 * the device's MTU.
 *
 * <p><b>Threading</b>: one thread at a time.
 */
public final class RawSender implements AutoCloseable {
    private static final int IPPROTO_RAW = 255;

    private final int socket;

    private RawSender(int socket) {
        this.socket = socket;
    }

    /** Opens one towards an IPv4 address. */
    public static RawSender open(Namespace namespace, InetAddress destination) {
        return namespace.call(() -> {
            int socket = Libc.socket(Libc.AF_INET, Libc.SOCK_RAW, IPPROTO_RAW);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment address = arena.allocate(16, 4);
                address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_INET);
                MemorySegment.copy(destination.getAddress(), 0, address, ValueLayout.JAVA_BYTE, 4, 4);
                Libc.connect(socket, address);
            }
            return new RawSender(socket);
        });
    }

    /** Sends a whole packet, IPv4 header included. */
    public void send(byte[] packet) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int sent = Libc.send(socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, packet));
            if (sent != packet.length) {
                throw new IOException("sent " + sent + " of " + packet.length + " bytes");
            }
        }
    }

    @Override
    public void close() {
        try {
            Libc.close(socket);
        } catch (IOException e) {
            throw new AssertionError("closing a socket that nothing waits on", e);
        }
    }
}
