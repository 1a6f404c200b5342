// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import io.sluice.model.config.ConfigRevision;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * What is different since it was last asked: the revision, and targets' health.
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
public final class SnapshotDiff {

    private TargetSetSnapshot snapshot;

    /** Starts with what is there. */
    public SnapshotDiff(TargetSetSnapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** Events of the difference between what was there and what is. */
    public List<Event> events(long atMs, TargetSetSnapshot now) {
        List<Event> events = new ArrayList<>();
        ConfigRevision was = snapshot.revision();
        if (now.revisionNumber() != was.number() || !now.revision().author().equals(was.author())) {
            events.add(Events.revision(atMs, now.revision()));
        }
        events.addAll(Events.health(atMs, snapshot, now));
        pass(now);
        return events;
    }

    /** Goes on to what is there now, where nobody wants to know the difference: finding it means to look at every target. */
    public void pass(TargetSetSnapshot now) {
        snapshot = now;
    }
}
