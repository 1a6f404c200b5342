// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.HealthCheckSpec.Protocol;
import io.sluice.model.health.HealthReason;

/** What came of one probe. */
public sealed interface ProbeResult {

    /** The target answered as it should (H-3). */
    record Success() implements ProbeResult {}

    /**
     * No connection, or it broke before the answer.
     *
     * @param cause for people
     */
    record ConnectFailed(String cause) implements ProbeResult {}

    /** No connection or no answer within the timeout. */
    record TimedOut() implements ProbeResult {}

    /**
     * HTTP and HTTPS: a status outside 200-399.
     *
     * @param status the status
     */
    record BadStatus(int status) implements ProbeResult {}

    /** Whether the target passed. */
    default boolean passed() {
        return this instanceof Success;
    }

    /**
     * The code this result gives an unhealthy target (sheet 3.3; section 10, row 16): TCP knows one, HTTP and
     * HTTPS tell timeouts and statuses apart, connection errors are failed checks with both.
     */
    default HealthReason reason(Protocol protocol) {
        return switch (this) {
            case Success _ -> HealthReason.NONE;
            case ConnectFailed _ -> HealthReason.FAILED_HEALTH_CHECKS;
            case TimedOut _ -> protocol.asksForAPath() ? HealthReason.TIMEOUT : HealthReason.FAILED_HEALTH_CHECKS;
            case BadStatus _ -> HealthReason.RESPONSE_CODE_MISMATCH;
        };
    }
}
