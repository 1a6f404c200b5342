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
 * {@value #AUDIT_MAX} entries of the audit.
 *
 * <p><b>Threading</b>: any thread but an event loop; calls may wait for the disk.
 */
public interface RevisionStore {

    /** Revisions kept at most. */
    int REVISIONS_MAX = 1_000;

    /** Bytes of revisions kept at most, where there are more than one. */
    long REVISION_BYTES_MAX = 256L << 20;

    /** Entries of the audit kept at most. */
    int AUDIT_MAX = 10_000;

    /** The revision that counts of all kept ones; empty in a new store. */
    Optional<StoredRevision> newest() throws StoreUnavailable;

    /** The revision of that number; empty where it never was, or is kept no more. */
    Optional<StoredRevision> revision(long number) throws StoreUnavailable;

    /** The revision of that number that one node made: of two branches both are kept. */
    Optional<StoredRevision> revision(long number, NodeId author) throws StoreUnavailable;

    /**
     * What made revisions, the newest first.
     *
     * @param from number of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    List<AuditEntry> history(long from, int limit) throws StoreUnavailable;

    /**
     * Every change, revisions, tokens and all, the newest first.
     *
     * @param from sequence of the first one, or of the next older; {@link Long#MAX_VALUE} for the newest
     * @param limit how many at most
     */
    List<AuditEntry> audit(long from, int limit) throws StoreUnavailable;

    /**
     * Keeps a revision, its entry in the audit and, where it was made of one, the file: all of it or nothing.
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
