// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.StartingConfiguration;
import io.sluice.api.access.TokenBook;
import io.sluice.api.core.Admissions;
import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.ConfigStore;
import io.sluice.api.store.MemoryConfigStore;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import io.sluice.store.RocksConfigStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration a process starts with, and the store behind it. A process without the role {@code control-api} starts
 * from its file and keeps nothing.
 *
 * @param store where revisions and tokens are kept
 * @param initial the revision to start with
 * @param tokens who may use the admin port; null where the process keeps none
 */
record KeptConfiguration(
        ConfigStore store, ConfigRevision initial, @Nullable TokenBook tokens) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptConfiguration.class);

    /**
     * Opens the store and decides.
     *
     * @param config what the process is told
     * @param dataDirectory exists; null to keep everything in memory
     * @param bootId time of the start, milliseconds since 1970
     * @throws StoreUnavailable where the store cannot be used
     * @throws IOException where something of it does not do, saying what would
     */
    static KeptConfiguration open(NodeConfig config, @Nullable Path dataDirectory, long bootId)
            throws StoreUnavailable, IOException {
        if (!config.roles().contains(Role.CONTROL_API)) {
            ConfigRevision file =
                    new ConfigRevision(0, config.id(), Admissions.decided(GatewayModel.EMPTY, config.model()));
            return new KeptConfiguration(new MemoryConfigStore(), file, null);
        }
        ConfigStore store = dataDirectory == null ? inMemory() : RocksConfigStore.open(dataDirectory);
        boolean done = false;
        try {
            ConfigRevision initial = new StartingConfiguration(store, config.id(), bootId)
                    .decide(new AppliedFile(config.digest(), config.model()));
            TokenBook tokens = new TokenBook(store, new SecureRandom(), NodeClock::wallClockMs);
            if (!config.adminIsLocal() || !tokens.isEmpty()) {
                AdminToken.provide(tokens, config, dataDirectory);
            }
            done = true;
            return new KeptConfiguration(store, initial, tokens);
        } catch (IllegalArgumentException refused) {
            throw new IOException(refused.getMessage(), refused);
        } finally {
            if (!done) {
                store.close();
            }
        }
    }

    private static ConfigStore inMemory() {
        LOG.atWarn()
                .addKeyValue("event", "configuration_in_memory")
                .log("without --data-dir what is changed while the node runs ends with it");
        return new MemoryConfigStore();
    }

    /** Reads through the whole store while the node works, and says what is damaged. */
    void verify(Vertx vertx) {
        vertx.executeBlocking(
                        () -> {
                            store.verify();
                            return true;
                        },
                        false)
                .onFailure(damage ->
                        LOG.atError().addKeyValue("event", "store_damaged").log("{}", damage.getMessage()));
    }

    @Override
    public void close() {
        store.close();
    }
}
