// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.os;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The C library calls that the lab needs: entering a network namespace, packet and raw sockets, TUN devices.
 *
 * <p>Constants are those of Linux on every architecture with the generic socket numbers (x86-64, AArch64, RISC-V).
 *
 * <p><b>Errors</b>: a failing call throws {@link IOException} with the call's name and the system's text; calls that a
 * signal interrupted are repeated.
 */
@SuppressWarnings("restricted") // native access is what this class is for; it is enabled on the command line
public final class Libc {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_PACKET = 17;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int SOL_SOCKET = 1;
    public static final int SOL_PACKET = 263;
    public static final int PACKET_RX_RING = 5;
    public static final int PACKET_STATISTICS = 6;
    public static final int PACKET_VERSION = 10;
    public static final int POLLIN = 1;

    private static final int CLONE_NEWNET = 0x40000000;
    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int O_RDWR_CLOEXEC = 0x80002;
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TUN_NO_PI = 0x1001;
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS_AT = 16;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int EINTR = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final AddressLayout PTR = ValueLayout.ADDRESS;

    private static final MethodHandle OPEN = handle("open", FunctionDescriptor.of(INT, PTR, INT));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle SETNS = handle("setns", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle SOCKET = handle("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle BIND = handle("bind", FunctionDescriptor.of(INT, INT, PTR, INT));
    private static final MethodHandle CONNECT = handle("connect", FunctionDescriptor.of(INT, INT, PTR, INT));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, PTR, INT));
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, PTR, PTR));
    private static final MethodHandle POLL = handle("poll", FunctionDescriptor.of(INT, PTR, LONG, INT));
    private static final MethodHandle SEND = handle("send", FunctionDescriptor.of(LONG, INT, PTR, LONG, INT));
    private static final MethodHandle RECV = handle("recv", FunctionDescriptor.of(LONG, INT, PTR, LONG, INT));
    private static final MethodHandle MMAP =
            handle("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
    private static final MethodHandle MUNMAP = handle("munmap", FunctionDescriptor.of(INT, LONG, LONG));
    private static final MethodHandle WRITE = handle("write", FunctionDescriptor.of(LONG, INT, PTR, LONG));
    private static final MethodHandle IOCTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("ioctl"),
            FunctionDescriptor.of(INT, INT, LONG, PTR),
            Linker.Option.firstVariadicArg(2),
            Linker.Option.captureCallState("errno"));
    private static final MethodHandle IF_NAMETOINDEX = handle("if_nametoindex", FunctionDescriptor.of(INT, PTR));
    private static final MethodHandle STRERROR =
            LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(PTR, INT));

    private Libc() {}

    /**
     * Moves the calling platform thread into a network namespace. Sockets it opens, processes and threads it starts
     * from then on belong there; sockets stay there whoever uses them later.
     */
    public static void enterNetworkNamespace(Path namespace) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(namespace.toString());
            int fd = (int) call("open " + namespace, s -> (int) OPEN.invokeExact(s, path, O_RDONLY_CLOEXEC));
            try {
                call("setns " + namespace, s -> (int) SETNS.invokeExact(s, fd, CLONE_NEWNET));
            } finally {
                close(fd);
            }
        }
    }

    public static int socket(int domain, int type, int protocol) throws IOException {
        return (int) call("socket", s -> (int) SOCKET.invokeExact(s, domain, type | SOCK_CLOEXEC, protocol));
    }

    public static void bind(int fd, MemorySegment address) throws IOException {
        call("bind", s -> (int) BIND.invokeExact(s, fd, address, (int) address.byteSize()));
    }

    public static void connect(int fd, MemorySegment address) throws IOException {
        call("connect", s -> (int) CONNECT.invokeExact(s, fd, address, (int) address.byteSize()));
    }

    public static void setOption(int fd, int level, int option, MemorySegment value) throws IOException {
        call("setsockopt " + level + "/" + option, s ->
                (int) SETSOCKOPT.invokeExact(s, fd, level, option, value, (int) value.byteSize()));
    }

    public static void setOption(int fd, int level, int option, int value) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            setOption(fd, level, option, arena.allocateFrom(INT, value));
        }
    }

    /** Reads an option into {@code value}, which the kernel must fill completely. */
    public static void option(int fd, int level, int option, MemorySegment value) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(INT, (int) value.byteSize());
            call("getsockopt " + level + "/" + option, s ->
                    (int) GETSOCKOPT.invokeExact(s, fd, level, option, value, length));
        }
    }

    /** Waits until {@code fd} is readable or {@code timeoutMs} have passed; tells whether it is readable. */
    public static boolean pollReadable(int fd, int timeoutMs) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pollFd = arena.allocate(8, 4);
            pollFd.set(INT, 0, fd);
            pollFd.set(ValueLayout.JAVA_SHORT, 4, (short) POLLIN);
            return call("poll", s -> (int) POLL.invokeExact(s, pollFd, 1L, timeoutMs)) > 0;
        }
    }

    public static int send(int fd, MemorySegment data) throws IOException {
        return (int) call("send", s -> (long) SEND.invokeExact(s, fd, data, data.byteSize(), 0));
    }

    public static int receive(int fd, MemorySegment buffer) throws IOException {
        return (int) call("recv", s -> (long) RECV.invokeExact(s, fd, buffer, buffer.byteSize(), 0));
    }

    /** Maps {@code sizeBytes} of the socket's ring; give the segment back with {@link #unmap}. */
    public static MemorySegment map(int fd, long sizeBytes) throws IOException {
        long address =
                call("mmap", s -> (long) MMAP.invokeExact(s, 0L, sizeBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0L));
        return MemorySegment.ofAddress(address).reinterpret(sizeBytes);
    }

    public static void unmap(MemorySegment mapping) throws IOException {
        call("munmap", s -> (int) MUNMAP.invokeExact(s, mapping.address(), mapping.byteSize()));
    }

    /** Creates a TUN device in the namespace of the calling thread; it goes when the descriptor is closed. */
    public static int openTun(String device) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("/dev/net/tun");
            int fd = (int) call("open /dev/net/tun", s -> (int) OPEN.invokeExact(s, path, O_RDWR_CLOEXEC));
            MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
            request.setString(0, device);
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS_AT, IFF_TUN_NO_PI);
            try {
                call("ioctl TUNSETIFF " + device, s -> (int) IOCTL.invokeExact(s, fd, TUNSETIFF, request));
            } catch (IOException e) {
                close(fd);
                throw e;
            }
            return fd;
        }
    }

    /** Writes a packet to a TUN device: the kernel takes it as received there. */
    public static void write(int fd, MemorySegment packet) throws IOException {
        call("write", s -> (long) WRITE.invokeExact(s, fd, packet, packet.byteSize()));
    }

    /** Index of a device in the namespace of the calling thread. */
    public static int interfaceIndex(String device) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(device);
            int index = (int) call("if_nametoindex " + device, s -> (int) IF_NAMETOINDEX.invokeExact(s, name));
            if (index == 0) {
                throw new IOException("no device " + device + " in this namespace");
            }
            return index;
        }
    }

    public static void close(int fd) throws IOException {
        call("close", s -> (int) CLOSE.invokeExact(s, fd));
    }

    @FunctionalInterface
    private interface NativeCall {
        long invoke(MemorySegment state) throws Throwable;
    }

    private static long call(String what, NativeCall call) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            while (true) {
                long result = call.invoke(state);
                if (result != -1) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != EINTR) {
                    throw new IOException(what + ": " + text(errno));
                }
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(what, e);
        }
    }

    private static String text(int errno) throws Throwable {
        MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
        return text.reinterpret(256).getString(0);
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), descriptor, Linker.Option.captureCallState("errno"));
    }
}
