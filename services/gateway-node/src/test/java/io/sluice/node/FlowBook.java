// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What appliances saw of each flow: where its packets came, with which cookie, from which side.
 *
 * <p><b>Threading</b>: any; each call is atomic.
 */
final class FlowBook {

    /** Stretches kept of a flow; one more is a failure of the gateway, so that nothing is lost by the bound. */
    private static final int STRETCHES_MAX = 1_000;

    /** A flow's name: the endpoint, and the tuple from the client's side. */
    record FlowName(long endpointId, InnerTuple tuple) {}

    /** Consecutive packets of a flow at one appliance with one cookie. */
    static final class Stretch {
        final InetAddress appliance;
        final int cookie;
        final long sinceMs;
        long untilMs;
        long fromClient;
        long fromServer;

        private Stretch(InetAddress appliance, int cookie, long sinceMs) {
            this.appliance = appliance;
            this.cookie = cookie;
            this.sinceMs = sinceMs;
        }

        @Override
        public String toString() {
            return "%d to %d %s %08x %d+%d packets"
                    .formatted(sinceMs, untilMs, appliance.getHostAddress(), cookie, fromClient, fromServer);
        }
    }

    private final Map<FlowName, List<Stretch>> flows = new HashMap<>();
    private long malformed;

    /** Notes a packet; the first of a flow comes from its client. */
    synchronized void note(ReturnedPacket packet, long nowMs) {
        if (!packet.wellFormed()) {
            malformed++;
        }
        FlowName name = new FlowName(packet.endpointId(), packet.tuple());
        List<Stretch> stretches = flows.get(name);
        boolean fromClient = true;
        if (stretches == null) {
            stretches = flows.get(new FlowName(name.endpointId(), name.tuple().reversed()));
            fromClient = false;
        }
        if (stretches == null) {
            stretches = new ArrayList<>(1);
            flows.put(name, stretches);
            fromClient = true;
        }
        Stretch last = stretches.isEmpty() ? null : stretches.getLast();
        if (last == null || last.cookie != packet.cookie() || !last.appliance.equals(packet.appliance())) {
            if (stretches.size() == STRETCHES_MAX) {
                throw new AssertionError("a flow has moved " + STRETCHES_MAX + " times: " + name);
            }
            last = new Stretch(packet.appliance(), packet.cookie(), nowMs);
            stretches.add(last);
        }
        last.untilMs = nowMs;
        if (fromClient) {
            last.fromClient++;
        } else {
            last.fromServer++;
        }
    }

    /** Everything noted of each flow so far; the stretches themselves may still grow. */
    synchronized Map<FlowName, List<Stretch>> flows() {
        Map<FlowName, List<Stretch>> copy = new HashMap<>();
        flows.forEach((name, stretches) -> copy.put(name, List.copyOf(stretches)));
        return copy;
    }

    /** Packets whose GENEVE header and options were not those of the sheet. */
    synchronized long malformed() {
        return malformed;
    }
}
