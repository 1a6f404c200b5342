// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps configuration revisions and the audit of changes.
 *
 * <p>What a method that writes has returned from outlives the process, however it ends. Bounded: the newest
 * {@value #REVISIONS_MAX} revisions and {@value #REVISION_BYTES_MAX} bytes of them, at least one; the newest
 * {@value #AUDIT_MAX} entries of the audit. Of revisions that {@linkplain ChangeOrigin#isLost were lost} the {@value #LOST_MAX}
 * that came last and {@value #LOST_BYTES_MAX} bytes, beside the others: they take no room of theirs, and are found by nobody who
 * does not ask for them.
 *
 * <p><b>Threading</b>: any thread but an event loop; calls may wait for the disk.
 */
public interface RevisionStore {

    /** Revisions kept at most. */
    int REVISIONS_MAX = 1_000;

    /** Bytes of revisions kept at most, where there are more than one. */
    long REVISION_BYTES_MAX = 256L << 20;

    /** Revisions that were lost kept at most. */
    int LOST_MAX = 100;

    /** Bytes of those kept at most, where there are more than one. */
    long LOST_BYTES_MAX = 32L << 20;

    /** Entries of the audit kept at most. */
    int AUDIT_MAX = 10_000;

    /** The revision that counts of all kept ones, never one that was lost; empty in a new store. */
    Optional<StoredRevision> newest() throws StoreUnavailable;

    /** The revision of that number that was not lost; empty where there never was one, or it is kept no more. */
    Optional<StoredRevision> revision(long number) throws StoreUnavailable;

    /** The revision of that number that one node made, lost or not: of two branches both are kept. */
    Optional<StoredRevision> revision(long number, NodeId author) throws StoreUnavailable;

    /**
     * What made revisions, the newest first, without those that were lost.
     *
     * @param from number of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    List<AuditEntry> history(long from, int limit) throws StoreUnavailable;

    /**
     * What revisions were lost, the newest first. Older ones than are kept may be among them.
     *
     * @param from sequence of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    List<AuditEntry> lost(long from, int limit) throws StoreUnavailable;

    /**
     * Every change, revisions, tokens and all, the newest first.
     *
     * @param from sequence of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    List<AuditEntry> audit(long from, int limit) throws StoreUnavailable;

    /**
     * Keeps a revision, in the place of the same one if it is there, its entry in the audit and, where it was made of one, the
     * file: all of it or nothing.
     *
     * @param revision the revision
     * @param entry who made it and what it changed; its place is given here
     * @param file the configuration file it was made of; null for none
     */
    void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile file) throws StoreUnavailable;

    /** The configuration file that was applied last; empty before the first. */
    Optional<AppliedFile> appliedFile() throws StoreUnavailable;

    /** Notes another file that says the same of the gateway. */
    void keepFile(AppliedFile file) throws StoreUnavailable;
}
