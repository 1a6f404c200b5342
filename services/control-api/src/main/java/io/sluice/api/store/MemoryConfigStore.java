// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The store of a process without a data directory: the same promises until it ends, and none after.
 *
 * <p>It keeps {@value #KEPT_MAX} revisions and {@value #LOST_KEPT_MAX} that were lost: they live on the heap. <b>Threading</b>:
 * any thread.
 */
public final class MemoryConfigStore implements ConfigStore {

    /** Revisions kept at most. */
    static final int KEPT_MAX = 20;

    /** Revisions that were lost kept at most. */
    static final int LOST_KEPT_MAX = 5;

    private final Deque<StoredRevision> revisions = new ArrayDeque<>();
    private final Deque<AuditEntry> entries = new ArrayDeque<>();
    private final Map<String, TokenRecord> tokens = new TreeMap<>();
    private @Nullable AppliedFile file;
    private long sequence;

    /** An empty store. */
    public MemoryConfigStore() {}

    @Override
    public synchronized Optional<StoredRevision> newest() {
        StoredRevision newest = null;
        for (StoredRevision stored : revisions) {
            if (stored.isLost()) {
                continue;
            }
            if (newest == null || stored.revision().supersedes(newest.revision())) {
                newest = stored;
            }
        }
        return Optional.ofNullable(newest);
    }

    @Override
    public synchronized Optional<StoredRevision> revision(long number) {
        return revisions.stream()
                .filter(stored -> stored.revision().number() == number && !stored.isLost())
                .reduce((a, b) -> b.revision().supersedes(a.revision()) ? b : a);
    }

    @Override
    public synchronized Optional<StoredRevision> revision(long number, NodeId author) {
        return revisions.stream()
                .filter(stored -> stored.revision().number() == number
                        && stored.revision().author().equals(author))
                .findFirst();
    }

    @Override
    public synchronized List<AuditEntry> history(long from, int limit) {
        return listed(
                entry -> entry.revision() > 0
                        && entry.revision() <= from
                        && !entry.origin().isLost(),
                limit);
    }

    @Override
    public synchronized List<AuditEntry> lost(long from, int limit) {
        return listed(entry -> entry.origin().isLost() && entry.sequence() <= from, limit);
    }

    @Override
    public synchronized List<AuditEntry> audit(long from, int limit) {
        return listed(entry -> entry.sequence() <= from, limit);
    }

    private List<AuditEntry> listed(Predicate<AuditEntry> wanted, int limit) {
        return entries.stream().filter(wanted).limit(limit).toList();
    }

    @Override
    public synchronized void append(ConfigRevision revision, AuditEntry entry, @Nullable AppliedFile made) {
        revisions.removeIf(stored -> stored.revision().number() == revision.number()
                && stored.revision().author().equals(revision.author()));
        revisions.addFirst(new StoredRevision(revision, note(entry)));
        keepNewest(KEPT_MAX, stored -> !stored.isLost());
        keepNewest(LOST_KEPT_MAX, StoredRevision::isLost);
        file = made == null ? file : made;
    }

    private void keepNewest(int max, Predicate<StoredRevision> some) {
        revisions.stream().filter(some).skip(max).toList().forEach(revisions::remove);
    }

    private AuditEntry note(AuditEntry entry) {
        AuditEntry placed = entry.at(++sequence);
        entries.addFirst(placed);
        if (entries.size() > AUDIT_MAX) {
            entries.removeLast();
        }
        return placed;
    }

    @Override
    public synchronized Optional<AppliedFile> appliedFile() {
        return Optional.ofNullable(file);
    }

    @Override
    public synchronized void keepFile(AppliedFile applied) {
        file = applied;
    }

    @Override
    public synchronized List<TokenRecord> tokens() {
        return new ArrayList<>(tokens.values());
    }

    @Override
    public synchronized void put(TokenRecord token, AuditEntry entry) {
        tokens.put(token.name(), token);
        note(entry);
    }

    @Override
    public synchronized void touch(TokenRecord token) {
        tokens.replace(token.name(), token);
    }

    @Override
    public synchronized void remove(String name, AuditEntry entry) {
        tokens.remove(name);
        note(entry);
    }

    @Override
    public void verify() {
        // nothing here can rot
    }

    @Override
    public void close() {
        // nothing is held
    }
}
