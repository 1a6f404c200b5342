// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.bus.cluster.ClusterMember;
import io.sluice.hashing.authority.CopyPlace;
import io.sluice.hashing.authority.RecordCopies;
import io.sluice.hashing.authority.RecordSource;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.records.RecordKeeping;
import io.sluice.records.cluster.ClusterRecords;
import io.sluice.records.cluster.CompleteView;
import io.sluice.records.cluster.RecordsMap;
import io.sluice.records.cluster.ViewWindow;
import io.sluice.records.journal.FlowJournal;
import io.sluice.records.journal.JournalFigures;
import io.sluice.records.journal.JournalIdentity;
import io.sluice.records.journal.JournalLimits;
import io.sluice.records.journal.JournalUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process that decides about flows keeps of them, and what it finds of an earlier run. */
final class KeptRecords implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptRecords.class);

    private final CompleteView view;
    private final RecordKeeping keeping;
    private final ClusterRecords cluster;
    private final List<Ipv4SocketAddress> expected;
    private final boolean hasDisk;
    private final ViewWindow window = new ViewWindow(); // guarded by this

    private KeptRecords(
            CompleteView view,
            RecordKeeping keeping,
            ClusterRecords cluster,
            List<Ipv4SocketAddress> expected,
            boolean hasDisk) {
        this.hasDisk = hasDisk;
        this.expected = expected;
        this.view = view;
        this.keeping = keeping;
        this.cluster = cluster;
    }

    /**
     * Reads the journal where no cluster knows better. Blocks: a second or two for a million records.
     *
     * @param member this process's place in the cluster
     * @param map settings it was started with
     * @param journal open; null for a node without
     * @param hasDisk whether the node is to keep flows on its disk, though it may be unable to
     * @param expected addresses of the members that the cluster is to have; none for a node that stands alone
     */
    static KeptRecords open(
            ClusterMember member,
            RecordsMap map,
            @Nullable FlowJournal journal,
            boolean hasDisk,
            List<Ipv4SocketAddress> expected) {
        CompleteView view = new CompleteView(member.hazelcast());
        boolean complete = view.isComplete();
        ClusterRecords cluster = new ClusterRecords(member.hazelcast(), map);
        int partitions =
                member.hazelcast().getPartitionService().getPartitions().size();
        RecordKeeping keeping = new RecordKeeping(cluster, expected.isEmpty(), journal, partitions);
        int replayed = 0;
        try {
            replayed = keeping.replay(complete, NodeClock::wallClockMs);
        } catch (JournalUnavailableException damaged) {
            LOG.atError()
                    .addKeyValue("event", "journal_not_read")
                    .log("{}; flows that are missing are learnt anew from their packets", damaged.getMessage());
        }
        LOG.atInfo()
                .addKeyValue("event", "records_found")
                .addKeyValue("journal", journal != null)
                .addKeyValue("replayed", replayed)
                .addKeyValue("cluster_complete", complete)
                .log("flows of earlier: {} from the journal", replayed);
        KeptRecords records = new KeptRecords(view, keeping, cluster, List.copyOf(expected), hasDisk);
        records.settle();
        return records;
    }

    /**
     * Opens a node's journal, or says why it goes on without. Blocks.
     *
     * @param dataDirectory where it is, or will be
     * @param secrets what cookies are issued and known by
     */
    static @Nullable FlowJournal journal(Path dataDirectory, MasterSecrets secrets) {
        try {
            return FlowJournal.open(
                    dataDirectory,
                    JournalIdentity.of(secrets.fingerprints(JournalIdentity.PURPOSE)),
                    JournalLimits.DEFAULT);
        } catch (JournalUnavailableException unusable) {
            LOG.atError()
                    .addKeyValue("event", "journal_not_opened")
                    .log(
                            "{}; this node goes on without a journal: it finds its flows again with other nodes only",
                            unusable.getMessage());
            return null;
        }
    }

    Map<CopyPlace, RecordCopies> copies() {
        return keeping.copies();
    }

    RecordSource source() {
        return keeping;
    }

    /** Whether this node is to keep flows on its disk; it may be unable to. */
    boolean hasDisk() {
        return hasDisk;
    }

    /** What the journal has done. Any thread. */
    JournalFigures journal() {
        JournalFigures figures = keeping.journal();
        return figures == null ? JournalFigures.REFUSED : figures;
    }

    /** Whether flows may live that this node's records do not know of. */
    synchronized boolean recovering() {
        return window.isOpen(NodeClock.monotonicMs());
    }

    /**
     * Looks who is here, and whether no flow of before can be missing any more: somebody has said so, or this is the first
     * start there ever was, which is then said. Blocks.
     */
    synchronized void settle() {
        view.show(window, expected, NodeClock.monotonicMs());
        if (window.isComplete()) {
            return;
        }
        if (view.isFirstStart(expected)) {
            complete();
        } else if (view.isComplete()) {
            window.complete();
        }
    }

    /** Every flow has had the time to be heard of: nodes that start from now on need no journal. Blocks. */
    synchronized void complete() {
        if (!window.isComplete()) {
            view.complete();
            window.complete();
        }
    }

    /** Wants to hear of records that a merge of two halves of the cluster brings. */
    void onMerged(Consumer<List<FlowRecord>> listener) {
        cluster.onMerged(listener);
    }

    /** Gives others the flows of an earlier run that they decide about now, a part a call; whether nothing is left. */
    boolean passOn(NodeId self, OwnerTable owners) {
        return keeping.passOn(owners, self);
    }

    @Override
    public void close() {
        keeping.close();
    }
}
