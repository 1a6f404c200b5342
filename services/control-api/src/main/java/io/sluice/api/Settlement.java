// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.RevisionStore;
import io.sluice.api.store.StoreUnavailable;

/**
 * What a node of a cluster does about the configuration once it is among the others: finds out what was agreed on while it
 * was away, or by a writer that has vanished since, and puts that in force; where nothing was ever agreed on, it proposes its
 * file.
 *
 * <p><b>Threading</b>: any thread but an event loop; waits for other nodes.
 */
public final class Settlement {

    private final ConfigDesk desk;
    private final RevisionStore store;
    private final AppliedFile file;

    /**
     * @param desk puts in force
     * @param store remembers that the file has had its turn
     * @param file what the node's file says
     */
    public Settlement(ConfigDesk desk, RevisionStore store, AppliedFile file) {
        this.desk = desk;
        this.store = store;
        this.file = file;
    }

    /**
     * Does it.
     *
     * @throws StoreUnavailable where too few nodes are there, or the store cannot be used: to be tried again
     */
    public void settle() throws StoreUnavailable {
        desk.propose(file.model());
        if (store.appliedFile().isEmpty()) {
            store.keepFile(file);
        }
    }
}
