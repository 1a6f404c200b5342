// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Which transport was wanted, which one it is, and why not the ones before it.
 *
 * <p>A value: whoever makes the choice writes its one log line.
 *
 * @param wanted the best one to try
 * @param chosen the first from there on that works here
 * @param unavailable those that were tried before it, in that order, such as {@code io_uring: Operation not permitted}
 */
public record TransportChoice(DatagramTransport wanted, DatagramTransport chosen, List<String> unavailable) {

    /** Keeps a copy. */
    public TransportChoice {
        unavailable = List.copyOf(unavailable);
    }

    /**
     * The wanted transport or the next that works in this process, in the order of {@link DatagramTransport};
     * {@link DatagramTransport#NIO} always does.
     */
    public static TransportChoice best(DatagramTransport wanted) {
        return best(wanted, TransportProbe::of);
    }

    static TransportChoice best(DatagramTransport wanted, Function<DatagramTransport, TransportProbe> probes) {
        List<String> unavailable = new ArrayList<>();
        for (DatagramTransport candidate : DatagramTransport.values()) {
            if (candidate.compareTo(wanted) < 0) {
                continue;
            }
            TransportProbe probe = probes.apply(candidate);
            if (probe.available() || candidate == DatagramTransport.NIO) {
                return new TransportChoice(wanted, candidate, unavailable);
            }
            unavailable.add(candidate.text() + ": " + probe.obstacle().orElse("not available"));
        }
        throw new AssertionError("NIO is the last constant");
    }

    /** Whether something else than the wanted transport was chosen. */
    public boolean fellBack() {
        return chosen != wanted;
    }
}
