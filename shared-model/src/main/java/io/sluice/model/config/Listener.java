// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.TargetGroupId;
import java.util.Optional;

/**
 * The one listener of a load balancer.
 *
 * @param targetGroup where its flows go
 * @param tcpIdleTimeoutMs how long a silent TCP flow lives, 60,000-6,000,000 (F-10)
 * @param resetOnIdleTimeout whether a TCP segment that belongs to no flow is answered by a RST (F-16, T12)
 */
public record Listener(TargetGroupId targetGroup, long tcpIdleTimeoutMs, boolean resetOnIdleTimeout) {

    /** Default of F-10. */
    public static final long TCP_IDLE_TIMEOUT_DEFAULT_MS = 350_000;

    /** Least of F-10. */
    public static final long TCP_IDLE_TIMEOUT_MIN_MS = 60_000;

    /** Most of F-10: no flow lives longer without a packet. */
    public static final long TCP_IDLE_TIMEOUT_MAX_MS = 6_000_000;

    /** Every other protocol's timeout, not configurable (F-12). */
    public static final long OTHER_IDLE_TIMEOUT_MS = 120_000;

    /** A listener that sends no reset. */
    public Listener(TargetGroupId targetGroup, long tcpIdleTimeoutMs) {
        this(targetGroup, tcpIdleTimeoutMs, false);
    }

    /** Checks the range. */
    public Listener {
        Ranges.require(
                "listener tcp-idle-timeout (ms)", tcpIdleTimeoutMs, TCP_IDLE_TIMEOUT_MIN_MS, TCP_IDLE_TIMEOUT_MAX_MS);
    }

    /** What is wrong with the timeout where the group has that stickiness (F-11). */
    public Optional<String> timeoutRefusal(Stickiness stickiness) {
        return stickiness == Stickiness.FIVE_TUPLE || tcpIdleTimeoutMs == TCP_IDLE_TIMEOUT_DEFAULT_MS
                ? Optional.empty()
                : Optional.of("a timeout of its own" + needsFiveTuple("F-11", stickiness) + "350s");
    }

    /** What is wrong with the reset where the group has that stickiness (T13). */
    public Optional<String> resetRefusal(Stickiness stickiness) {
        return stickiness == Stickiness.FIVE_TUPLE || !resetOnIdleTimeout
                ? Optional.empty()
                : Optional.of("a reset" + needsFiveTuple("T13", stickiness) + "false");
    }

    private String needsFiveTuple(String why, Stickiness stickiness) {
        return " needs stickiness 5-tuple (%s), and target group %s has %s: expected "
                .formatted(why, targetGroup, stickiness.text());
    }
}
