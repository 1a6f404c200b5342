// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import java.util.Set;
import java.util.UUID;

/**
 * When flows may live that an authority has not heard of, so that what it decides has to give way to what somebody has kept:
 *
 * <ul>
 *   <li>after a start, until the {@linkplain CompleteView view is complete};
 *   <li>after a member was lost: the other half of a divided cluster may decide, too;
 *   <li>while less than a majority of the members is here that there are to be: the others go on without this half.
 * </ul>
 *
 * <p>It stays open for {@value #CLOSES_AFTER_MS} ms more: by then records have moved to their owners.
 *
 * <p>Pure. <b>Units</b>: milliseconds of a clock that never goes back. <b>Threading</b>: confined to one thread at a time.
 */
public final class ViewWindow {

    static final long CLOSES_AFTER_MS = 5_000;

    private boolean complete;
    private Set<UUID> members = Set.of();
    private long openUntilMs = Long.MIN_VALUE;

    /** Every flow has had the time to be heard of since the start. */
    public void complete() {
        complete = true;
    }

    /** Whether every flow has had it. */
    public boolean isComplete() {
        return complete;
    }

    /**
     * Who is here now.
     *
     * @param here the members' ids, another for each time one joins
     * @param expectedHere how many of those that there are to be
     * @param expected how many there are to be; 0 where nothing is said
     */
    public void members(Set<UUID> here, int expectedHere, int expected, long nowMs) {
        boolean lost = !here.containsAll(members);
        boolean minority = 2 * expectedHere <= expected && expected > 1;
        members = Set.copyOf(here);
        if (lost || minority) {
            openUntilMs = nowMs + CLOSES_AFTER_MS;
        }
    }

    /** Whether it is open. */
    public boolean isOpen(long nowMs) {
        return !complete || nowMs < openUntilMs;
    }
}
