// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.netty.channel.unix.Buffer;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;

/**
 * Direct buffers of which the system gives each page when it is first used. {@link ByteBuffer#allocateDirect} writes zeros into
 * all of it at once: for the memory of one loop, 111 MB, that was some 0.7 s of CPU where a machine's memory is slow to come, on
 * the loop, and all of it stayed resident.
 *
 * <p>The C library's {@code calloc} asks the system for as much at once and knows that it is zero. The buffer is a plain direct
 * one, without the scope that a memory segment's has, which costs each access a check (some 0.6 ns measured). Where Netty's
 * native part is not there, nor are the transports that are quick, and the buffer is one of the JDK's.
 *
 * <p><b>Ownership</b>: the memory is freed once neither the buffer nor a view of it can be reached.
 */
final class PagesOnDemand {

    private static final Cleaner CLEANER = Cleaner.create();

    private PagesOnDemand() {}

    /** The C library, linked where memory is first asked of it. */
    private static final class Libc {

        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle CALLOC =
                call("calloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG));
        private static final MethodHandle FREE = call("free", FunctionDescriptor.ofVoid(ADDRESS));

        @SuppressWarnings("restricted") // the foreign-function API is the point of this class
        private static MethodHandle call(String name, FunctionDescriptor type) {
            return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
        }

        private Libc() {}
    }

    /**
     * A buffer of zeros.
     *
     * @param bytes its size, at least 1
     * @throws OutOfMemoryError where the system has not so much
     */
    static ByteBuffer allocate(int bytes) {
        return nativePart() ? onDemand(bytes) : ByteBuffer.allocateDirect(bytes);
    }

    private static boolean nativePart() {
        return TransportProbe.of(DatagramTransport.IO_URING_CHANNEL).available()
                || TransportProbe.of(DatagramTransport.EPOLL).available();
    }

    private static ByteBuffer onDemand(int bytes) {
        long address = calloc(bytes);
        if (address == 0) {
            throw new OutOfMemoryError("packet memory: the system has no " + bytes + " bytes");
        }
        ByteBuffer buffer = Buffer.wrapMemoryAddressWithNativeOrder(address, bytes);
        CLEANER.register(buffer, () -> free(address));
        return buffer;
    }

    private static long calloc(long bytes) {
        try {
            return (long) Libc.CALLOC.invokeExact(bytes, 1L);
        } catch (Throwable broken) {
            throw new AssertionError("calloc", broken);
        }
    }

    private static void free(long address) {
        try {
            Libc.FREE.invokeExact(MemorySegment.ofAddress(address));
        } catch (Throwable broken) {
            throw new AssertionError("free", broken);
        }
    }
}
