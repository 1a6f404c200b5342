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

/** A store whose disk is full. */
public final class BrokenStore implements RevisionStore {

    private static StoreUnavailable full() {
        return new StoreUnavailable("the disk is full: free some space");
    }

    @Override
    public Optional<StoredRevision> newest() throws StoreUnavailable {
        throw full();
    }

    @Override
    public Optional<StoredRevision> revision(long number) throws StoreUnavailable {
        throw full();
    }

    @Override
    public Optional<StoredRevision> revision(long number, NodeId author) throws StoreUnavailable {
        throw full();
    }

    @Override
    public List<AuditEntry> history(long from, int limit) throws StoreUnavailable {
        throw full();
    }

    @Override
    public List<AuditEntry> lost(long from, int limit) throws StoreUnavailable {
        throw full();
    }

    @Override
    public List<AuditEntry> audit(long from, int limit) throws StoreUnavailable {
        throw full();
    }

    @Override
    public void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile file) throws StoreUnavailable {
        throw full();
    }

    @Override
    public Optional<AppliedFile> appliedFile() throws StoreUnavailable {
        throw full();
    }

    @Override
    public void keepFile(AppliedFile file) throws StoreUnavailable {
        throw full();
    }
}
