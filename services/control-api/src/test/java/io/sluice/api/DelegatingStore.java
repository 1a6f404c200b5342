// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.StoredRevision;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A store in memory, for tests that have their say in one of its methods. */
class DelegatingStore implements RevisionStore {

    private final RevisionStore store = new MemoryConfigStore();

    @Override
    public Optional<StoredRevision> newest() throws StoreUnavailable {
        return store.newest();
    }

    @Override
    public Optional<StoredRevision> revision(long number) throws StoreUnavailable {
        return store.revision(number);
    }

    @Override
    public Optional<StoredRevision> revision(long number, NodeId author) throws StoreUnavailable {
        return store.revision(number, author);
    }

    @Override
    public List<AuditEntry> history(long from, int limit) throws StoreUnavailable {
        return store.history(from, limit);
    }

    @Override
    public List<AuditEntry> lost(long from, int limit) throws StoreUnavailable {
        return store.lost(from, limit);
    }

    @Override
    public List<AuditEntry> audit(long from, int limit) throws StoreUnavailable {
        return store.audit(from, limit);
    }

    @Override
    public void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile file) throws StoreUnavailable {
        store.append(revision, entry, file);
    }

    @Override
    public Optional<AppliedFile> appliedFile() throws StoreUnavailable {
        return store.appliedFile();
    }

    @Override
    public void keepFile(AppliedFile file) throws StoreUnavailable {
        store.keepFile(file);
    }
}
