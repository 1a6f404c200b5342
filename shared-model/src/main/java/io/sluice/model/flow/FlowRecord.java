// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

import io.sluice.model.id.TargetRef;

/**
 * What the authority of a flow remembers of it: enough to give a later packet, at any node, the same target and cookie.
 *
 * @param target the target the flow is pinned to (F-6)
 * @param cookie the flow's one cookie (W-16)
 * @param createdAtMs creation time in milliseconds since 1970; the cookie's incarnation is derived from it
 * @param lastSeenMs last packet known of, milliseconds since 1970
 * @param idleTimeoutMs how long without a packet the flow lives (F-10, F-12)
 */
public record FlowRecord(TargetRef target, int cookie, long createdAtMs, long lastSeenMs, long idleTimeoutMs) {

    /** The same record, seen later. */
    public FlowRecord seenAt(long nowMs) {
        return new FlowRecord(target, cookie, createdAtMs, Math.max(lastSeenMs, nowMs), idleTimeoutMs);
    }

    /** Whether nobody has refreshed the record for its idle timeout. */
    public boolean expiredAt(long nowMs) {
        return nowMs - lastSeenMs >= idleTimeoutMs;
    }
}
