// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ConfigDesk;
import io.sluice.api.WriteWorkers;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Takes what other processes publish to the desk, which has it in the store before it takes effect here.
 *
 * <p><b>Threading</b>: any thread tells it; it waits for nothing but another one that does. The desk works on threads that
 * may wait for the disk.
 */
public final class Adoption implements Consumer<ConfigChanged> {

    private final Vertx vertx;
    private final ConfigDesk desk;
    private final StoreFailures storeFailures = new StoreFailures();
    /** Of each author what counts most of what was heard and what nobody has begun to take. */
    private final Map<NodeId, ConfigRevision> waiting = new HashMap<>();

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
        ConfigRevision heard = message.revision();
        NodeId author = heard.author();
        // revisions are repeated: however long the store takes, one of each author waits
        if (isFirstToWait(heard)) {
            WriteWorkers.run(vertx, () -> {
                        desk.adopt(taken(author));
                        return true;
                    })
                    .onFailure(storeFailures::say);
        }
    }

    private synchronized boolean isFirstToWait(ConfigRevision heard) {
        ConfigRevision waits = waiting.get(heard.author());
        if (waits == null || heard.supersedes(waits)) {
            waiting.put(heard.author(), heard);
        }
        return waits == null;
    }

    private synchronized ConfigRevision taken(NodeId author) {
        return Objects.requireNonNull(waiting.remove(author), "put before");
    }
}
