// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.twoarm;

import io.sluice.lab.net.Namespace;
import io.sluice.lab.os.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Takes GENEVE at its one arm, gives what is inside to the kernel of its namespace by a TUN device, and returns nothing:
 * the kernel forwards, translates addresses and sends the answers another way (W-25).
 *
 * <p>Also accepts connections at a health check's port.
 *
 * <p><b>Threading</b>: two daemon threads in the namespace; the counts may be read from any.
 */
public final class TwoArmAppliance implements AutoCloseable {
    /** UDP port of GENEVE. */
    public static final int GENEVE_PORT = 6081;

    private static final int DATAGRAM_BYTES_MAX = 65_507;
    private static final int HEADER_BYTES = 8;
    private static final int OPTION_LENGTH_MASK = 0x3f;
    private static final int BACKLOG = 64;

    private final DatagramSocket geneve;
    private final ServerSocket health;
    private final int tun;
    private final AtomicLong decapsulated = new AtomicLong();
    private final AtomicLong malformed = new AtomicLong();

    private TwoArmAppliance(DatagramSocket geneve, ServerSocket health, int tun) {
        this.geneve = geneve;
        this.health = health;
        this.tun = tun;
    }

    /**
     * Starts one.
     *
     * @param namespace where it lives; that forwards, and what it translates, is the namespace's own setting
     * @param address where it takes GENEVE and health checks
     * @param healthPort of the health checks
     * @param device name of the TUN device that it makes and brings up
     */
    public static TwoArmAppliance start(Namespace namespace, InetAddress address, int healthPort, String device) {
        TwoArmAppliance appliance = namespace.call(() -> {
            int tun = Libc.openTun(device);
            return new TwoArmAppliance(
                    new DatagramSocket(new InetSocketAddress(address, GENEVE_PORT)),
                    new ServerSocket(healthPort, BACKLOG, address),
                    tun);
        });
        namespace.ip("link", "set", device, "up");
        namespace.threads("two-arm").newThread(appliance::decapsulate).start();
        namespace.threads("two-arm-health").newThread(appliance::answer).start();
        return appliance;
    }

    /** Packets given to the kernel. */
    public long decapsulated() {
        return decapsulated.get();
    }

    /** Datagrams that are no GENEVE with something inside. */
    public long malformed() {
        return malformed.get();
    }

    private void decapsulate() {
        byte[] bytes = new byte[DATAGRAM_BYTES_MAX];
        DatagramPacket datagram = new DatagramPacket(bytes, bytes.length);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packet = arena.allocate(DATAGRAM_BYTES_MAX);
            while (true) {
                datagram.setLength(bytes.length);
                geneve.receive(datagram);
                int inner = HEADER_BYTES + 4 * (bytes[0] & OPTION_LENGTH_MASK);
                int innerBytes = datagram.getLength() - inner;
                if (datagram.getLength() < HEADER_BYTES || innerBytes <= 0) {
                    malformed.incrementAndGet();
                    continue;
                }
                MemorySegment.copy(bytes, inner, packet, ValueLayout.JAVA_BYTE, 0, innerBytes);
                Libc.write(tun, packet.asSlice(0, innerBytes));
                decapsulated.incrementAndGet();
            }
        } catch (IOException e) {
            if (!geneve.isClosed()) {
                throw new IllegalStateException("the two-arm appliance ends", e);
            }
        }
    }

    private void answer() {
        while (!health.isClosed()) {
            try {
                health.accept().close();
            } catch (IOException e) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        geneve.close();
        health.close();
        Libc.close(tun);
    }
}
