// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A TUN device: what the kernel routes into it is read here, what is written here the kernel receives from it.
 *
 * <p>It lives as long as its descriptor: closing it, or the end of the process however it ends, removes the device and
 * the routes that point into it. Reads do not block; {@link Libc.PollSet} waits.
 *
 * <p><b>Errors</b>: what cannot be set up is an {@link IOException} whose message is a sentence for the operator.
 */
final class TunDevice implements AutoCloseable {

    private static final String PATH = "/dev/net/tun";
    private static final long TUNSETIFF = 0x4004_54CAL;
    private static final long TUNSETOFFLOAD = 0x4004_54D0L;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFMTU = 0x8922;
    private static final short IFF_TUN = 1;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final short IFF_UP = 1;

    /** Checksums need not be complete; TCP over either IP version comes in super-packets. */
    private static final int OFFLOAD_TCP = 1 | 2 | 4;

    /** The same of UDP, since Linux 6.2. */
    private static final int OFFLOAD_UDP = 0x20 | 0x40;

    /** {@code struct ifreq}: name 16 bytes, then a union of 24. */
    private static final int REQUEST_BYTES = 40;

    private static final int REQUEST_VALUE_OFFSET = 16;
    private static final int NAME_BYTES_MAX = 15;

    private final Libc libc = new Libc();
    private final String name;
    private final int fd;
    private boolean virtioHeaders;

    private TunDevice(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /** True where the kernel takes this as a device name, and takes it literally. */
    static boolean isValidName(String name) {
        return !name.isEmpty()
                && name.length() <= NAME_BYTES_MAX
                && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '/' && c != ':' && c != '%')
                && !name.equals(".")
                && !name.equals("..");
    }

    /**
     * Creates the device, sets its MTU and brings it up. No address is assigned and no route set.
     *
     * @param offload whether super-packets are asked for, each behind a {@link io.sluice.agent.core.VirtioHeader}
     * @param refused told what of that the kernel does not have, and why
     */
    static TunDevice create(String name, int mtuBytes, boolean offload, Consumer<String> refused) throws IOException {
        Libc libc = new Libc();
        int fd = libc.open(PATH, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw new IOException(openRefused(-fd));
        }
        TunDevice device = new TunDevice(name, fd);
        try {
            device.setUp(mtuBytes, offload, refused);
            return device;
        } catch (IOException failed) {
            device.close();
            throw failed;
        }
    }

    private void setUp(int mtuBytes, boolean offload, Consumer<String> refused) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, 8);
            MemorySegment.copy(name.getBytes(StandardCharsets.US_ASCII), 0, request, JAVA_BYTE, 0, name.length());
            attach(request, offload, refused);
            int socket = libc.udpSocket();
            if (socket < 0) {
                throw new IOException("no socket to configure device '" + name + "' with: " + Errno.text(-socket));
            }
            try {
                request.set(JAVA_INT, REQUEST_VALUE_OFFSET, mtuBytes);
                configure(socket, SIOCSIFMTU, request, "set the MTU of");
                configure(socket, SIOCGIFFLAGS, request, "read the flags of");
                short flags = request.get(JAVA_SHORT, REQUEST_VALUE_OFFSET);
                request.set(JAVA_SHORT, REQUEST_VALUE_OFFSET, (short) (flags | IFF_UP));
                configure(socket, SIOCSIFFLAGS, request, "bring up");
            } finally {
                libc.close(socket);
            }
        }
    }

    private void attach(MemorySegment request, boolean offload, Consumer<String> refused) throws IOException {
        int created = attach(request, offload ? IFF_VNET_HDR : 0);
        virtioHeaders = offload && created >= 0;
        if (created == -Errno.EINVAL && offload) {
            created = attach(request, 0);
            if (created >= 0) {
                refused.accept("packets pass the device one by one: IFF_VNET_HDR is refused (EINVAL)");
            }
        }
        if (created < 0) {
            throw new IOException(createRefused(name, -created));
        }
        if (virtioHeaders) {
            askForSuperPackets(refused);
        }
    }

    private int attach(MemorySegment request, int flags) {
        request.set(JAVA_SHORT, REQUEST_VALUE_OFFSET, (short) (IFF_TUN | IFF_NO_PI | flags));
        return libc.ioctl(fd, TUNSETIFF, request);
    }

    private void askForSuperPackets(Consumer<String> refused) {
        int all = libc.ioctl(fd, TUNSETOFFLOAD, MemorySegment.ofAddress(OFFLOAD_TCP | OFFLOAD_UDP));
        if (all >= 0) {
            return;
        }
        int tcp = libc.ioctl(fd, TUNSETOFFLOAD, MemorySegment.ofAddress(OFFLOAD_TCP));
        String what = tcp >= 0 ? "UDP comes" : "packets come";
        refused.accept(what + " from the device one by one: TUNSETOFFLOAD is refused ("
                + Errno.text(tcp >= 0 ? -all : -tcp) + ")");
    }

    private void configure(int socket, long command, MemorySegment request, String what) throws IOException {
        int result = libc.ioctl(socket, command, request);
        if (result < 0) {
            String needs = result == -Errno.EPERM ? "; this needs the capability CAP_NET_ADMIN" : "";
            throw new IOException("cannot " + what + " device '" + name + "' (" + Errno.text(-result) + ")" + needs);
        }
    }

    /** Why {@code /dev/net/tun} could not be opened, and what helps. */
    static String openRefused(int errno) {
        String cause = "cannot open " + PATH + " (" + Errno.text(errno) + ")";
        return switch (errno) {
            case Errno.ENOENT ->
                cause + ": the kernel's tun module is not loaded, or the container was not given --device " + PATH;
            case Errno.ENODEV -> cause + ": the file is there, but the kernel has no tun module";
            case Errno.EACCES, Errno.EPERM ->
                cause
                        + ": run as root, or in a user namespace whose owner may open the file; a container needs --device "
                        + PATH;
            default -> cause;
        };
    }

    /** Why the device could not be created, and what helps. */
    static String createRefused(String name, int errno) {
        String cause = "cannot create device '" + name + "' (" + Errno.text(errno) + ")";
        return switch (errno) {
            case Errno.EPERM ->
                cause + ": this needs the capability CAP_NET_ADMIN in this network namespace, or a TUN device of this"
                        + " name that belongs to this user";
            case Errno.EBUSY ->
                cause + ": another program, perhaps another agent, holds a TUN device of this name; choose another"
                        + " --device or stop it";
            case Errno.EINVAL -> cause + ": a device of this name exists and is no TUN device; choose another --device";
            default -> cause;
        };
    }

    /** Whether a virtio header is before each packet that is read or written. */
    boolean hasVirtioHeaders() {
        return virtioHeaders;
    }

    /** The descriptor, for reads, writes and polls. */
    int fd() {
        return fd;
    }

    /** Removes the device. */
    @Override
    public void close() {
        libc.close(fd);
    }
}
