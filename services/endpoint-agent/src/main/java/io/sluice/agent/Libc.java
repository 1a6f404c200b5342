// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The few calls of the C library that a TUN device and its socket need, for Linux on 64-bit machines.
 *
 * <p>Every method returns what the call returned, or the negative of its {@code errno}: no exception, and no object, per
 * packet. Pointers are plain addresses for the same reason.
 *
 * <p><b>Threading</b>: one instance per thread, because it holds the place where {@code errno} is left.
 */
final class Libc {

    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x8_0000;
    static final int AF_INET = 2;
    static final int SOCK_DGRAM = 2;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_ERRQUEUE = 0x2000;
    static final int MSG_NOSIGNAL = 0x4000;
    static final short POLLIN = 1;
    static final short POLLERR = 8;
    static final short POLLHUP = 0x10;
    static final short POLLNVAL = 0x20;
    static final int SOL_SOCKET = 1;
    static final int SO_RCVBUF = 8;
    static final int SOL_UDP = 17;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int IPPROTO_IP = 0;
    static final int IP_RECVERR = 11;
    static final int IP_MTU = 14;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;
    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle OPEN =
            call("open", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle IOCTL = call(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, POINTER), Linker.Option.firstVariadicArg(2));
    private static final MethodHandle READ =
            call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITE =
            call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle WRITEV =
            call("writev", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SENDMSG =
            call("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECVMSG =
            call("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle POLL =
            call("poll", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle EVENTFD = call("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SOCKET =
            call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            call("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CONNECT =
            call("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            call("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, POINTER, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            call("getsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, POINTER, POINTER));
    private static final MethodHandle SENDTO = call(
            "sendto", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECVFROM = call(
            "recvfrom",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG));

    private final MemorySegment state = Arena.ofAuto().allocate(Linker.Option.captureStateLayout());

    @SuppressWarnings("restricted") // the foreign-function API is the point of this class
    private static MethodHandle call(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker.Option[] all = new Linker.Option[options.length + 1];
        all[0] = ERRNO;
        System.arraycopy(options, 0, all, 1, options.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, all);
    }

    int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return result((int) OPEN.invokeExact(state, arena.allocateFrom(path), flags));
        } catch (Throwable broken) {
            throw new AssertionError("open", broken);
        }
    }

    int close(int fd) {
        try {
            return result((int) CLOSE.invokeExact(state, fd));
        } catch (Throwable broken) {
            throw new AssertionError("close", broken);
        }
    }

    int ioctl(int fd, long request, MemorySegment argument) {
        try {
            return result((int) IOCTL.invokeExact(state, fd, request, argument));
        } catch (Throwable broken) {
            throw new AssertionError("ioctl", broken);
        }
    }

    long read(int fd, long address, long lengthBytes) {
        try {
            return result((long) READ.invokeExact(state, fd, address, lengthBytes));
        } catch (Throwable broken) {
            throw new AssertionError("read", broken);
        }
    }

    long write(int fd, long address, long lengthBytes) {
        try {
            return result((long) WRITE.invokeExact(state, fd, address, lengthBytes));
        } catch (Throwable broken) {
            throw new AssertionError("write", broken);
        }
    }

    /** Writes {@code count} areas that an {@link IoVectors} lists. */
    long writev(int fd, long vectors, int count) {
        try {
            return result((long) WRITEV.invokeExact(state, fd, vectors, count));
        } catch (Throwable broken) {
            throw new AssertionError("writev", broken);
        }
    }

    /** Sends what the {@link MessageMemory} at this address says. */
    long sendMessage(int fd, long message, int flags) {
        try {
            return result((long) SENDMSG.invokeExact(state, fd, message, flags));
        } catch (Throwable broken) {
            throw new AssertionError("sendmsg", broken);
        }
    }

    /** Receives as the {@link MessageMemory} at this address says. */
    long receiveMessage(int fd, long message, int flags) {
        try {
            return result((long) RECVMSG.invokeExact(state, fd, message, flags));
        } catch (Throwable broken) {
            throw new AssertionError("recvmsg", broken);
        }
    }

    int poll(long pollfds, long count, int timeoutMs) {
        try {
            return result((int) POLL.invokeExact(state, pollfds, count, timeoutMs));
        } catch (Throwable broken) {
            throw new AssertionError("poll", broken);
        }
    }

    int eventfd() {
        try {
            return result((int) EVENTFD.invokeExact(state, 0, O_NONBLOCK | O_CLOEXEC));
        } catch (Throwable broken) {
            throw new AssertionError("eventfd", broken);
        }
    }

    /** A UDP socket over IPv4. */
    int udpSocket() {
        try {
            return result((int) SOCKET.invokeExact(state, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0));
        } catch (Throwable broken) {
            throw new AssertionError("socket", broken);
        }
    }

    int bind(int fd, SocketAddressMemory address) {
        try {
            return result((int) BIND.invokeExact(state, fd, address.address(), SocketAddressMemory.SIZE_BYTES));
        } catch (Throwable broken) {
            throw new AssertionError("bind", broken);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    int connect(int fd, SocketAddressMemory address) {
        try {
            return result((int) CONNECT.invokeExact(state, fd, address.address(), SocketAddressMemory.SIZE_BYTES));
        } catch (Throwable broken) {
            throw new AssertionError("connect", broken);
        } finally {
            Reference.reachabilityFence(address);
        }
    }

    int setSocketOption(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return result(
                    (int) SETSOCKOPT.invokeExact(state, fd, level, option, arena.allocateFrom(JAVA_INT, value), 4));
        } catch (Throwable broken) {
            throw new AssertionError("setsockopt", broken);
        }
    }

    /** The option's value: from 0 up. */
    int socketOption(int fd, int level, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(JAVA_INT);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 4);
            int result = result((int) GETSOCKOPT.invokeExact(state, fd, level, option, value, length));
            return result < 0 ? result : value.get(JAVA_INT, 0);
        } catch (Throwable broken) {
            throw new AssertionError("getsockopt", broken);
        }
    }

    long sendTo(int fd, long data, long lengthBytes, int flags, long address) {
        try {
            return result((long)
                    SENDTO.invokeExact(state, fd, data, lengthBytes, flags, address, SocketAddressMemory.SIZE_BYTES));
        } catch (Throwable broken) {
            throw new AssertionError("sendto", broken);
        }
    }

    /** {@code address} and {@code addressLength} may be 0. */
    long receiveFrom(int fd, long data, long lengthBytes, int flags, long address, long addressLength) {
        try {
            return result((long) RECVFROM.invokeExact(state, fd, data, lengthBytes, flags, address, addressLength));
        } catch (Throwable broken) {
            throw new AssertionError("recvfrom", broken);
        }
    }

    private int result(int returned) {
        return returned < 0 ? -state.get(JAVA_INT, ERRNO_OFFSET) : returned;
    }

    private long result(long returned) {
        return returned < 0 ? -state.get(JAVA_INT, ERRNO_OFFSET) : returned;
    }

    /**
     * Two entries for {@link #poll}: what a thread waits for, and what wakes it to stop.
     *
     * <p><b>Layout</b> of each: descriptor 4 bytes, events asked for 2, events seen 2.
     */
    static final class PollSet {

        private static final int ENTRY_BYTES = 8;
        private static final int SEEN_OFFSET = 6;

        private final MemorySegment memory = Arena.ofAuto().allocate(2 * ENTRY_BYTES, 8);

        PollSet(int fd, int wakeFd) {
            memory.set(JAVA_INT, 0, fd);
            memory.set(JAVA_SHORT, 4, POLLIN);
            memory.set(JAVA_INT, ENTRY_BYTES, wakeFd);
            memory.set(JAVA_SHORT, ENTRY_BYTES + 4, POLLIN);
        }

        /** Waits; the events seen at the first descriptor, 0 where there were none. */
        int await(Libc libc, int timeoutMs) {
            int ready = libc.poll(memory.address(), 2, timeoutMs);
            return ready <= 0 ? 0 : memory.get(JAVA_SHORT, SEEN_OFFSET);
        }
    }
}
