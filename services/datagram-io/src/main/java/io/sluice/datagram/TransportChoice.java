// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which transport was wanted, which one it is, and why not the ones before it.
 *
 * @param wanted the best one to try
 * @param chosen the first from there on that works here
 * @param unavailable those that were tried and do not work, each with the reason
 */
public record TransportChoice(
        DatagramTransport wanted, DatagramTransport chosen, Map<DatagramTransport, String> unavailable) {

    /** Keeps a copy. */
    public TransportChoice {
        unavailable = Map.copyOf(unavailable);
    }

    /** The wanted transport or the next that works on this machine; {@link DatagramTransport#NIO} always does. */
    public static TransportChoice best(DatagramTransport wanted) {
        return best(wanted, TransportChoice::obstacle);
    }

    static TransportChoice best(DatagramTransport wanted, Function<DatagramTransport, @Nullable Throwable> obstacle) {
        Map<DatagramTransport, String> unavailable = new EnumMap<>(DatagramTransport.class);
        for (DatagramTransport candidate : DatagramTransport.values()) {
            if (candidate.compareTo(wanted) < 0) {
                continue;
            }
            Throwable cause = obstacle.apply(candidate);
            if (cause == null) {
                return new TransportChoice(wanted, candidate, unavailable);
            }
            unavailable.put(candidate, rootMessage(cause));
        }
        return new TransportChoice(wanted, DatagramTransport.NIO, unavailable);
    }

    private static @Nullable Throwable obstacle(DatagramTransport transport) {
        return switch (transport) {
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case NIO -> null;
        };
    }

    private static String rootMessage(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }
}
