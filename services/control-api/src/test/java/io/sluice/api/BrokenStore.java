// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.StoredRevision;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store whose disk is full, or that fails otherwise. */
public final class BrokenStore implements RevisionStore {

    private final StoreUnavailable failure;

    public BrokenStore() {
        this(new StoreUnavailable("the disk is full: free some space"));
    }

    /** @param failure what every call fails with */
    public BrokenStore(StoreUnavailable failure) {
        this.failure = failure;
    }

    @Override
    public Optional<StoredRevision> newest() throws StoreUnavailable {
        throw failure;
    }

    @Override
    public Optional<StoredRevision> revision(long number) throws StoreUnavailable {
        throw failure;
    }

    @Override
    public Optional<StoredRevision> revision(long number, NodeId author) throws StoreUnavailable {
        throw failure;
    }

    @Override
    public List<AuditEntry> history(long from, int limit) throws StoreUnavailable {
        throw failure;
    }

    @Override
    public List<AuditEntry> lost(long from, int limit) throws StoreUnavailable {
        throw failure;
    }

    @Override
    public List<AuditEntry> audit(long from, int limit) throws StoreUnavailable {
        throw failure;
    }

    @Override
    public void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile file) throws StoreUnavailable {
        throw failure;
    }

    @Override
    public Optional<AppliedFile> appliedFile() throws StoreUnavailable {
        throw failure;
    }

    @Override
    public void keepFile(AppliedFile file) throws StoreUnavailable {
        throw failure;
    }
}
