// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.Draining;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.StoredRevision;
import io.sluice.model.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The revisions there have been, and the way back to one.
 *
 * <p><b>Threading</b>: any thread but an event loop; calls may wait for the disk.
 */
public final class ConfigHistory {

    private final RevisionStore store;
    private final ConfigDesk desk;

    /**
     * @param store has them
     * @param desk makes the new revision of a way back
     */
    public ConfigHistory(RevisionStore store, ConfigDesk desk) {
        this.store = store;
        this.desk = desk;
    }

    /**
     * Who made which revision when, and what it changed; the newest first. Older ones than the store keeps the content
     * of may be among them.
     *
     * @param from number of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    public List<AuditEntry> history(long from, int limit) throws StoreUnavailable {
        return store.history(from, limit);
    }

    /** Every change of configuration and tokens, the newest first; see {@link RevisionStore#audit}. */
    public List<AuditEntry> audit(long from, int limit) throws StoreUnavailable {
        return store.audit(from, limit);
    }

    /** A revision with its model; empty where it never was, is kept no more, or was lost: that is a {@link #conflict}. */
    public Optional<StoredRevision> revision(long number) throws StoreUnavailable {
        return store.revision(number);
    }

    /**
     * A revision of a branch that met another one and does not count.
     *
     * @param entry when it was found, and what is different in it
     */
    public record Conflict(AuditEntry entry) {

        /** By which it is asked for: its place in this node's audit. */
        public long number() {
            return entry.sequence();
        }

        /** The node that the revision was made on. */
        public NodeId author() {
            return entry.origin().authorOfLost();
        }

        /** Number and author of the revision that counted. */
        public String lostTo() {
            return entry.origin().winnerOfLost();
        }
    }

    /**
     * Revisions that were lost when two branches of the configuration met, the newest first. Nothing of them is in force,
     * unless somebody puts it there. Older ones than the store keeps the content of may be among them.
     *
     * @param from number of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    public List<Conflict> conflicts(long from, int limit) throws StoreUnavailable {
        return store.lost(from, limit).stream().map(Conflict::new).toList();
    }

    /** A revision that was lost, by the number of its conflict; empty where it never was, or is kept no more. */
    public Optional<StoredRevision> conflict(long number) throws StoreUnavailable {
        for (Conflict conflict : conflicts(number, 1)) {
            if (conflict.number() == number) {
                return store.revision(conflict.entry().revision(), conflict.author())
                        .filter(StoredRevision::isLost)
                        .map(stored -> new StoredRevision(stored.revision(), conflict.entry()));
            }
        }
        return Optional.empty();
    }

    /**
     * Puts what an older revision said in force again: a new revision, after the same checks as any document. Targets that
     * drained then are not in it; those that it leaves out drain.
     *
     * @param number of the older revision
     * @param expectedRevision number the current revision must have; empty for any
     * @param dryRun whether to plan only
     * @param who whose doing it is
     * @return what became of it; empty where the older revision is not kept, or was lost
     */
    public Optional<ConfigDesk.Outcome> rollback(long number, OptionalLong expectedRevision, boolean dryRun, String who)
            throws StoreUnavailable {
        Optional<StoredRevision> old = store.revision(number);
        if (old.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(desk.apply(
                Draining.declared(old.get().revision().model()),
                expectedRevision,
                dryRun,
                new ChangeOrigin(who, "rollback to " + number)));
    }
}
