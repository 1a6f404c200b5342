// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.sluice.agent.core.VirtioHeader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * A TUN device: what the kernel routes into it is read here, what is written here the kernel receives from it.
 *
 * <p>It has one queue or several, each a descriptor that may have a thread of its own. The kernel keeps a flow in the
 * queue that its packets are written to, else spreads flows by a hash ({@link io.sluice.agent.core.QueueChoice}).
 *
 * <p>It lives as long as its descriptors: closing them, or the end of the process however it ends, removes the device and
 * the routes that point into it. Reads do not block; {@link Libc.PollSet} waits.
 *
 * <p><b>Errors</b>: what cannot be set up is an {@link IOException} whose message is a sentence for the operator.
 */
final class TunDevice implements AutoCloseable {

    private static final String PATH = "/dev/net/tun";
    private static final long TUNSETIFF = 0x4004_54CAL;
    private static final long TUNSETOFFLOAD = 0x4004_54D0L;
    private static final long TUNSETVNETHDRSZ = 0x4004_54D8L;
    private static final int IFF_TUN = 1;
    private static final int IFF_MULTI_QUEUE = 0x100;
    private static final int IFF_NO_PI = 0x1000;
    private static final int IFF_VNET_HDR = 0x4000;
    private static final int IFF_TUN_EXCL = 0x8000;

    /** Checksums need not be complete; TCP over either IP version comes in super-packets. */
    private static final int OFFLOAD_TCP = 1 | 2 | 4;

    /** The same of UDP, since Linux 6.2. */
    private static final int OFFLOAD_UDP = 0x20 | 0x40;

    private final Libc libc = new Libc();
    private final String name;
    /** The first {@link #queues} are open. */
    private final int[] fds;

    private int queues;
    private boolean virtioHeaders;

    private TunDevice(String name, int queuesMax) {
        this.name = name;
        this.fds = new int[queuesMax];
    }

    /** True where the kernel takes this as a device name, and takes it literally. */
    static boolean isValidName(String name) {
        return !name.isEmpty()
                && name.length() <= InterfaceRequest.NAME_BYTES_MAX
                && name.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '/' && c != ':' && c != '%')
                && !name.equals(".")
                && !name.equals("..");
    }

    /**
     * Creates the device, sets its MTU and brings it up. No address is assigned and no route set.
     *
     * @param queues how many queues it is to have
     * @param offload whether super-packets are asked for, each behind a {@link VirtioHeader}
     * @param offloadRefused told what of that the kernel does not have, and why
     * @param queuesRefused told why there are fewer queues
     */
    static TunDevice create(
            String name,
            int mtuBytes,
            int queues,
            boolean offload,
            Consumer<String> offloadRefused,
            Consumer<String> queuesRefused)
            throws IOException {
        TunDevice device = new TunDevice(name, queues);
        try {
            device.setUp(mtuBytes, offload, offloadRefused, queuesRefused);
            return device;
        } catch (IOException failed) {
            device.close();
            throw failed;
        }
    }

    private void setUp(int mtuBytes, boolean offload, Consumer<String> offloadRefused, Consumer<String> queuesRefused)
            throws IOException {
        int fd = open();
        if (fd < 0) {
            throw new IOException(openRefused(-fd));
        }
        fds[queues++] = fd;
        try (InterfaceRequest request = InterfaceRequest.open(libc, name)) {
            attach(request, offload, offloadRefused, queuesRefused);
            request.setMtu(mtuBytes);
            request.bringUp();
        }
    }

    private int open() {
        return libc.open(PATH, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    }

    private void attach(
            InterfaceRequest request, boolean offload, Consumer<String> offloadRefused, Consumer<String> queuesRefused)
            throws IOException {
        int several = fds.length > 1 ? IFF_MULTI_QUEUE : 0;
        int headers = offload ? IFF_VNET_HDR : 0;
        int attached = several != 0 ? attachSeveral(request, headers) : attach(fds[0], request, headers);
        if (attached == -Errno.EINVAL && several != 0) {
            several = 0;
            attached = attach(fds[0], request, headers);
        }
        if (attached == -Errno.EINVAL && offload) {
            headers = 0;
            attached = attach(fds[0], request, 0);
        }
        if (attached < 0) {
            throw new IOException(createRefused(name, -attached));
        }
        virtioHeaders = headers != 0;
        forget();
        if (virtioHeaders) {
            askForSuperPackets(offloadRefused);
        } else if (offload) {
            offloadRefused.accept("packets pass the device one by one: IFF_VNET_HDR is refused (EINVAL)");
        }
        if (several != 0) {
            attachOthers(request, several | headers, queuesRefused);
        } else if (fds.length > 1) {
            queuesRefused.accept("the device has one queue: IFF_MULTI_QUEUE is refused (EINVAL)");
        }
    }

    /** A device of several queues gives one to whoever asks: so it is made, or was made and nobody else holds it. */
    private int attachSeveral(InterfaceRequest request, int headers) {
        int made = attach(fds[0], request, IFF_MULTI_QUEUE | IFF_TUN_EXCL | headers);
        if (made != -Errno.EBUSY) {
            return made;
        }
        if (!request.isTun()) {
            return -Errno.EINVAL;
        }
        if (request.openQueues() > 0) {
            return made;
        }
        int attached = attach(fds[0], request, IFF_MULTI_QUEUE | headers);
        return attached >= 0 && request.openQueues() > 1 ? made : attached;
    }

    private void attachOthers(InterfaceRequest request, int flags, Consumer<String> refused) {
        while (queues < fds.length) {
            int fd = open();
            int attached = fd < 0 ? fd : attach(fd, request, flags);
            if (attached < 0) {
                if (fd >= 0) {
                    libc.close(fd);
                }
                refused.accept("the device has " + queues + " of " + fds.length + " queues: one more is refused ("
                        + Errno.text(-attached) + ")");
                return;
            }
            fds[queues++] = fd;
        }
    }

    private int attach(int fd, InterfaceRequest request, int flags) {
        return libc.ioctl(fd, TUNSETIFF, request.withFlags(IFF_TUN | IFF_NO_PI | flags));
    }

    /** A device that somebody made keeps what its last user wanted: super-packets, and headers of another length. */
    private void forget() {
        libc.ioctl(fds[0], TUNSETOFFLOAD, MemorySegment.ofAddress(0));
        if (virtioHeaders) {
            try (Arena arena = Arena.ofConfined()) {
                libc.ioctl(fds[0], TUNSETVNETHDRSZ, arena.allocateFrom(JAVA_INT, VirtioHeader.LENGTH_BYTES));
            }
        }
    }

    private void askForSuperPackets(Consumer<String> refused) {
        int all = libc.ioctl(fds[0], TUNSETOFFLOAD, MemorySegment.ofAddress(OFFLOAD_TCP | OFFLOAD_UDP));
        if (all >= 0) {
            return;
        }
        int tcp = libc.ioctl(fds[0], TUNSETOFFLOAD, MemorySegment.ofAddress(OFFLOAD_TCP));
        String what = tcp >= 0 ? "UDP comes" : "packets come";
        refused.accept(what + " from the device one by one: TUNSETOFFLOAD is refused ("
                + Errno.text(tcp >= 0 ? -all : -tcp) + ")");
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
            case Errno.EINVAL ->
                cause + ": a device of this name exists and is no TUN device, or it is one of several queues, which"
                        + " --queues takes from 2 on unless another program, perhaps another agent, holds it; choose"
                        + " another --device";
            default -> cause;
        };
    }

    /** Whether a virtio header is before each packet that is read or written. */
    boolean hasVirtioHeaders() {
        return virtioHeaders;
    }

    /** How many queues there are. */
    int queues() {
        return queues;
    }

    /** The descriptor of a queue, for reads, writes and polls. */
    int fd(int queue) {
        return fds[queue];
    }

    /** Removes the device. */
    @Override
    public void close() {
        for (int i = 0; i < queues; i++) {
            libc.close(fds[i]);
        }
    }
}
