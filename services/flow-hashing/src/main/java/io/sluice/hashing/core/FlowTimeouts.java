// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import io.sluice.model.config.Listener;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.packet.ip.IpProtocol;

/** How long flows live without a packet (F-10, F-11, F-12, F-14). Pure. */
public final class FlowTimeouts {

    private FlowTimeouts() {}

    /**
     * The idle timeout that a new flow starts with.
     *
     * <p>TCP under a 5-tuple: the listener's (F-10). TCP under a 3-tuple: the default, as the listener's counts only with
     * 5-tuples (F-11). Everything else: 120 s (F-12); a 2-tuple flow lives longer from its first TCP packet on (F-14,
     * {@link #afterTcp}).
     *
     * @param traits word 5 of the flow's {@link FlowKey}
     * @param tcpIdleTimeoutMs the listener's setting
     */
    public static long initialMs(long traits, long tcpIdleTimeoutMs) {
        if (FlowKey.protocol(traits) != IpProtocol.TCP) {
            return Listener.OTHER_IDLE_TIMEOUT_MS;
        }
        return FlowKey.kindCode(traits) == Stickiness.FIVE_TUPLE.code()
                ? tcpIdleTimeoutMs
                : Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS;
    }

    /**
     * How long a record is kept without a sign of life: one and a half of the longest idle timeout its flow can have, and
     * how late a refresh can be. An ingress tells of a flow in use half a timeout after it last did, so a flow that is
     * never idle for a timeout is told of before.
     */
    public static long leaseMs(long traits, long tcpIdleTimeoutMs) {
        long longestMs = longestMs(traits, tcpIdleTimeoutMs);
        return longestMs + longestMs / 2 + FlowTouchedBatch.LATE_MAX_MS;
    }

    /** The longest that a flow of this key can live without a packet. */
    static long longestMs(long traits, long tcpIdleTimeoutMs) {
        return mixesProtocols(traits) ? Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS : initialMs(traits, tcpIdleTimeoutMs);
    }

    /** Whether a key stands for packets of several protocols, so that the timeout follows what has passed (F-14). */
    public static boolean mixesProtocols(long traits) {
        return FlowKey.kindCode(traits) == Stickiness.TWO_TUPLE.code();
    }

    /** The timeout of a flow that mixes protocols, once a TCP packet has used it (F-14). */
    public static long afterTcp() {
        return Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS;
    }
}
