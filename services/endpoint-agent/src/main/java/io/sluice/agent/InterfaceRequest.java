// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What the kernel is asked about a network interface, and told to change of it.
 *
 * <p><b>Layout</b> ({@code struct ifreq}, 40 bytes): name 16 bytes, then a union of 24.
 *
 * <p><b>Threading</b>: confined to one thread. <b>Errors</b>: what cannot be changed is an {@link IOException} whose
 * message is a sentence for the operator.
 */
final class InterfaceRequest implements AutoCloseable {

    /** The longest name, with the zero behind it one byte longer. */
    static final int NAME_BYTES_MAX = 15;

    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_GDRVINFO = 0x03;
    private static final int ETHTOOL_GLINK = 0x0A;
    private static final int ETHTOOL_GCHANNELS = 0x3C;
    private static final short IFF_UP = 1;

    private static final int REQUEST_BYTES = 40;
    private static final int VALUE_OFFSET = 16;

    /** {@code struct ethtool_drvinfo}: command, then texts of 32 bytes: driver, version, firmware, bus and others. */
    private static final int DRIVER_BYTES = 196;

    private static final int DRIVER_NAME = 4;
    private static final int DRIVER_BUS = 100;
    private static final String TUN = "tun";

    /** {@code struct ethtool_channels}: nine numbers, the last one how many there are. */
    private static final int CHANNELS_BYTES = 36;

    private static final int COMBINED_COUNT = 32;

    private final Libc libc;
    private final String name;
    private final int socket;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);

    private InterfaceRequest(Libc libc, String name, int socket) {
        this.libc = libc;
        this.name = name;
        this.socket = socket;
        MemorySegment.copy(name.getBytes(StandardCharsets.US_ASCII), 0, request, JAVA_BYTE, 0, name.length());
    }

    /** Requests about the interface of this name, which need not be there yet. */
    static InterfaceRequest open(Libc libc, String name) throws IOException {
        int socket = libc.udpSocket();
        if (socket < 0) {
            throw new IOException("no socket to configure device '" + name + "' with: " + Errno.text(-socket));
        }
        return new InterfaceRequest(libc, name, socket);
    }

    /** The request with these flags, for another descriptor than its own. */
    MemorySegment withFlags(int flags) {
        request.set(JAVA_SHORT, VALUE_OFFSET, (short) flags);
        return request;
    }

    /** True where it is a TUN device; not where there is none of this name. */
    boolean isTun() {
        MemorySegment driver = arena.allocate(DRIVER_BYTES, Integer.BYTES);
        return ethtool(ETHTOOL_GDRVINFO, driver) >= 0
                && driver.getString(DRIVER_NAME).equals(TUN)
                && driver.getString(DRIVER_BUS).equals(TUN);
    }

    /** Queues of a TUN device that programs have open; a kernel that does not tell says 1 where there is a link or no answer. */
    int openQueues() {
        MemorySegment channels = arena.allocate(CHANNELS_BYTES, Integer.BYTES);
        if (ethtool(ETHTOOL_GCHANNELS, channels) >= 0) {
            return channels.get(JAVA_INT, COMBINED_COUNT);
        }
        MemorySegment link = arena.allocate(JAVA_INT, 2);
        return ethtool(ETHTOOL_GLINK, link) < 0 || link.get(JAVA_INT, Integer.BYTES) != 0 ? 1 : 0;
    }

    private int ethtool(int command, MemorySegment answer) {
        answer.set(JAVA_INT, 0, command);
        request.set(JAVA_LONG, VALUE_OFFSET, answer.address());
        return libc.ioctl(socket, SIOCETHTOOL, request);
    }

    /** Sets the MTU where it is another; the owner of a device that somebody made may not. */
    void setMtu(int mtuBytes) throws IOException {
        configure(SIOCGIFMTU, "read the MTU of");
        if (request.get(JAVA_INT, VALUE_OFFSET) == mtuBytes) {
            return;
        }
        request.set(JAVA_INT, VALUE_OFFSET, mtuBytes);
        configure(SIOCSIFMTU, "set the MTU of");
    }

    /** Brings it up where it is not. */
    void bringUp() throws IOException {
        configure(SIOCGIFFLAGS, "read the flags of");
        short flags = request.get(JAVA_SHORT, VALUE_OFFSET);
        if ((flags & IFF_UP) == 0) {
            withFlags(flags | IFF_UP);
            configure(SIOCSIFFLAGS, "bring up");
        }
    }

    private void configure(long command, String what) throws IOException {
        int result = libc.ioctl(socket, command, request);
        if (result < 0) {
            String needs = result == -Errno.EPERM ? "; this needs the capability CAP_NET_ADMIN" : "";
            throw new IOException("cannot " + what + " device '" + name + "' (" + Errno.text(-result) + ")" + needs);
        }
    }

    @Override
    public void close() {
        libc.close(socket);
        arena.close();
    }
}
