// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ConfigDesk;
import io.sluice.api.WriteWorkers;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Takes what other processes publish to the desk, which has it in the store before it takes effect here.
 *
 * <p><b>Threading</b>: any thread tells it; it waits for nothing. The desk works on threads that may wait for the disk.
 */
public final class Adoption implements Consumer<ConfigChanged> {

    private final Vertx vertx;
    private final ConfigDesk desk;
    private final StoreFailures storeFailures = new StoreFailures();
    /** Of each author the newest that was heard and that nobody has begun to take. */
    private final Map<NodeId, ConfigRevision> waiting = new ConcurrentHashMap<>();

    /**
     * @param vertx has the threads
     * @param desk decides what counts
     */
    public Adoption(Vertx vertx, ConfigDesk desk) {
        this.vertx = vertx;
        this.desk = desk;
    }

    @Override
    public void accept(ConfigChanged message) {
        NodeId author = message.revision().author();
        // authors repeat theirs: however long the store takes, one of each waits
        if (waiting.put(author, message.revision()) == null) {
            WriteWorkers.run(vertx, () -> {
                        desk.adopt(Objects.requireNonNull(waiting.remove(author), "put before"));
                        return true;
                    })
                    .onFailure(storeFailures::say);
        }
    }
}
