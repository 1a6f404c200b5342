// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.api.core.ConfigChange;
import java.util.List;

/**
 * One change in the audit: who, what (before and after), when, and the revision it made. No secrets.
 *
 * @param sequence place in the audit, from 1; 0 until the store has given it one
 * @param timeMs milliseconds since 1970
 * @param origin who, and by which act
 * @param subject what it was about where it made no revision, for example {@code token ci}; else empty
 * @param revision number of the revision it made; 0 for none
 * @param changes what changed, the first {@value #CHANGES_MAX} of it
 * @param changeCount how much changed in all
 */
public record AuditEntry(
        long sequence,
        long timeMs,
        ChangeOrigin origin,
        String subject,
        long revision,
        List<ConfigChange> changes,
        int changeCount) {

    /** Changes kept of one entry. */
    public static final int CHANGES_MAX = 200;

    /** Keeps a copy of what it may keep. */
    public AuditEntry {
        changes = List.copyOf(changes.subList(0, Math.min(CHANGES_MAX, changes.size())));
    }

    /** An entry for a revision, without its place yet. */
    public static AuditEntry ofRevision(long timeMs, ChangeOrigin origin, long revision, List<ConfigChange> changes) {
        return new AuditEntry(0, timeMs, origin, "", revision, changes, changes.size());
    }

    /** An entry for something else, without its place yet. */
    public static AuditEntry of(long timeMs, ChangeOrigin origin, String subject) {
        return new AuditEntry(0, timeMs, origin, subject, 0, List.of(), 0);
    }

    /** The same at its place. */
    public AuditEntry at(long place) {
        return new AuditEntry(place, timeMs, origin, subject, revision, changes, changeCount);
    }
}
