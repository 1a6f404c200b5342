// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a transport works in this process, and why it does not.
 *
 * <p>The answer holds for the life of the process: Netty loads the native library and tries the system calls once. A
 * kernel without io_uring, a seccomp profile that blocks it (containers do), a limit on locked memory, another operating
 * system and {@code -Dio.netty.transport.noNative=true} all show here.
 *
 * @param transport what was tried
 * @param obstacle why it does not work, for people; empty where it works
 */
public record TransportProbe(DatagramTransport transport, Optional<String> obstacle) {

    /** Tries a transport; cheap after the first time. */
    public static TransportProbe of(DatagramTransport transport) {
        return new TransportProbe(transport, Optional.ofNullable(obstacleTo(transport)));
    }

    /** Whether datagram paths can be opened with it. */
    public boolean available() {
        return obstacle.isEmpty();
    }

    private static @Nullable String obstacleTo(DatagramTransport transport) {
        try {
            Throwable cause = switch (transport) {
                case IO_URING -> handleObstacle();
                case IO_URING_CHANNEL -> IoUring.unavailabilityCause();
                case EPOLL -> Epoll.unavailabilityCause();
                case NIO -> null;
            };
            return cause == null ? null : reason(cause);
        } catch (LinkageError broken) {
            return reason(broken);
        }
    }

    /** The handle needs what Linux 6.0 brought besides io_uring itself. */
    private static @Nullable Throwable handleObstacle() {
        Throwable cause = IoUring.unavailabilityCause();
        if (cause == null && !IoUring.isRecvMultishotEnabled()) {
            return new UnsupportedOperationException("multishot receives need Linux 6.0, or are switched off");
        }
        return cause;
    }

    /** The message of the innermost cause: the outer ones only say that a class could not be initialised. */
    static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null || message.isBlank() ? root.getClass().getSimpleName() : message;
    }
}
