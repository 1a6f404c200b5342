// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.hashing.core.MasterSecrets;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import io.sluice.records.journal.FlowJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * What a start does beside joining its cluster, as it needs nobody: it opens what an earlier run has left on the disk, the
 * configuration first and then the journal of flows, and makes the flow tables. Nothing of it is used, and no packet taken,
 * before the cluster is joined: until then only others may know where a flow is (ADR 0014).
 *
 * <p><b>Threading</b>: one thread of its own for the disk; asked by the one that starts the node, which waits.
 */
final class Preparations {

    private final FutureTask<KeptConfiguration> configuration;
    private final FutureTask<@Nullable FlowJournal> journal;
    private final FlowTables flowTables;

    private Preparations(
            FutureTask<KeptConfiguration> configuration,
            FutureTask<@Nullable FlowJournal> journal,
            FlowTables flowTables) {
        this.configuration = configuration;
        this.journal = journal;
        this.flowTables = flowTables;
    }

    /**
     * Begins with all of it.
     *
     * @param config what the process is told
     * @param dataDirectory exists; null for a node that keeps nothing
     * @param secrets what cookies are issued and known by
     * @param bootId time of the start, milliseconds since 1970
     */
    static Preparations begin(NodeConfig config, @Nullable Path dataDirectory, MasterSecrets secrets, long bootId) {
        FutureTask<KeptConfiguration> configuration =
                new FutureTask<>(() -> KeptConfiguration.open(config, dataDirectory, bootId));
        boolean decidesAboutFlows = config.roles().contains(Role.FLOW_HASHING);
        FutureTask<@Nullable FlowJournal> journal = new FutureTask<>(
                () -> decidesAboutFlows && dataDirectory != null ? KeptRecords.journal(dataDirectory, secrets) : null);
        Thread.ofPlatform().name("sluice-store").start(() -> {
            configuration.run();
            // in a directory that another process holds nothing is touched
            if (configuration.state() == Future.State.SUCCESS) {
                journal.run();
            } else {
                journal.cancel(false);
            }
        });
        FlowTables flowTables = config.roles().contains(Role.INGRESS)
                ? FlowTables.begin(
                        config.flowCapacity(),
                        config.shardCount(Runtime.getRuntime().availableProcessors()))
                : FlowTables.NONE;
        return new Preparations(configuration, journal, flowTables);
    }

    /** What the process starts with; waits for it. */
    KeptConfiguration configuration() throws ExecutionException, InterruptedException {
        return configuration.get();
    }

    /** The node's journal of flows, null where it has none or goes on without; waits for it. */
    @Nullable
    FlowJournal journal() throws ExecutionException, InterruptedException {
        return journal.get();
    }

    /** The tables; they may still be in the making. */
    FlowTables flowTables() {
        return flowTables;
    }

    /** Closes what was opened, as the node does not start: waits until nothing more is. */
    void abandon() throws InterruptedException {
        try {
            KeptConfiguration opened = configuration.get();
            FlowJournal kept = journal.get();
            if (kept != null) {
                kept.abandon();
            }
            opened.close();
        } catch (ExecutionException | IOException notOpenedOrNotTakenAway) {
            // who abandons it has a reason of its own to tell
        }
    }
}
