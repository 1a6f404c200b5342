// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.contract;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.StoredRevision;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A store whose disk is full, or stands still, while a test says so.
 *
 * @param store what it is otherwise
 * @param full whether no revision can be kept
 * @param still keeps every revision waiting until it is down
 */
record FillingStore(RevisionStore store, AtomicBoolean full, AtomicReference<CountDownLatch> still)
        implements RevisionStore {

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
        try {
            if (!still.get().await(LiveApi.LIMIT_S, TimeUnit.SECONDS)) {
                throw new StoreUnavailable("the disk stands still");
            }
        } catch (InterruptedException ended) {
            throw new StoreUnavailable("the process ends");
        }
        if (full.get()) {
            throw new StoreUnavailable("the disk is full: free some space");
        }
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
