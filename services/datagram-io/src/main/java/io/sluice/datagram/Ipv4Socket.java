// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;

/**
 * Opens the sockets of the io_uring handle: UDP, IPv4 only, and blocking.
 *
 * <p>Netty's own factory makes IPv6 sockets where the JVM does not prefer IPv4, and non-blocking ones: on those io_uring
 * answers {@code EAGAIN} instead of waiting for a datagram by itself.
 *
 * <p><b>Threading</b>: from any thread.
 */
@SuppressWarnings("restricted") // native access is switched on where a gateway is started
final class Ipv4Socket {

    private static final int SOCK_DGRAM_CLOEXEC = 0x8_0002;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SOCKET = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("socket"),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            Linker.Option.captureCallState("errno"));

    private Ipv4Socket() {}

    /**
     * Opens a socket with the {@link SocketSettings} and binds it.
     *
     * @throws IOException with the kernel's reason; nothing is left open
     */
    static Socket bind(InetSocketAddress local) throws IOException {
        Socket socket = new Socket(open());
        try {
            socket.setIntOpt(KernelAbi.IPPROTO_IP, KernelAbi.IP_MTU_DISCOVER, SocketSettings.PMTUDISC_INTERFACE);
            socket.setReceiveBufferSize(SocketSettings.RECEIVE_BUFFER_BYTES);
            socket.setSendBufferSize(SocketSettings.SEND_BUFFER_BYTES);
            socket.bind(local);
            return socket;
        } catch (IOException | RuntimeException refused) {
            socket.close();
            throw refused;
        }
    }

    private static int open() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int descriptor = (int) SOCKET.invokeExact(state, KernelAbi.AF_INET, SOCK_DGRAM_CLOEXEC, 0);
            if (descriptor < 0) {
                throw Errors.newIOException("socket", -(int) ERRNO.get(state, 0L));
            }
            return descriptor;
        } catch (IOException | RuntimeException | Error known) {
            throw known;
        } catch (Throwable impossible) {
            throw new AssertionError("socket(2) declares nothing", impossible);
        }
    }
}
