// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.TargetDirectory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

/**
 * The flow tables of a process's shards, each made on a thread of its own. The JVM writes zeroes over all of a table, 208 MB
 * for a million flows: no event loop waits for that, and as it begins before the cluster is joined, the start hardly does.
 *
 * <p><b>Threading</b>: any thread; each table is its shard's once that has taken it.
 */
final class FlowTables {

    /** Of a process without flows. */
    static final FlowTables NONE = new FlowTables(List.of());

    private static final int ENDPOINTS_MAX = 1 << 16;

    /** They hold up no process that ends meanwhile. */
    private static final Executor OWN_THREAD =
            task -> Thread.ofPlatform().daemon().name("sluice-flow-table").start(task);

    private final List<CompletableFuture<FlowTable>> tables;

    private FlowTables(List<CompletableFuture<FlowTable>> tables) {
        this.tables = tables;
    }

    /**
     * Begins to make them.
     *
     * @param capacity flows of the process; each shard holds its part, rounded up
     * @param shards how many, at least 1
     */
    static FlowTables begin(int capacity, int shards) {
        int part = Math.ceilDiv(capacity, shards);
        return new FlowTables(IntStream.range(0, shards)
                .mapToObj(shard -> CompletableFuture.supplyAsync(
                        () -> new FlowTable(part, TargetDirectory.TARGETS_MAX, ENDPOINTS_MAX), OWN_THREAD))
                .toList());
    }

    /** Completes when all are there; fails where there is no memory for one. */
    CompletionStage<Void> made() {
        return CompletableFuture.allOf(tables.toArray(CompletableFuture<?>[]::new));
    }

    /**
     * The table of a shard, once all are {@link #made}.
     *
     * @throws IllegalStateException where it is not there
     */
    FlowTable of(int shard) {
        return tables.get(shard).resultNow();
    }
}
