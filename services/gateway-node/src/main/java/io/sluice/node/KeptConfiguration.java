// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.ConfigDesk;
import io.sluice.api.Settlement;
import io.sluice.api.StartingConfiguration;
import io.sluice.api.access.TokenBook;
import io.sluice.api.agree.Voter;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration a process starts with, and the store behind it. A process without the role {@code control-api} has no
 * store: it starts from its last-known-good copy, or from its file where it has none.
 *
 * @param store where revisions and tokens are kept
 * @param initial the revision to start with
 * @param tokens who may use the admin port; null where the process keeps none
 * @param voter this node's vote on what other nodes write
 * @param copy where the newest configuration is kept; null where the process has a store, or no data directory
 */
record KeptConfiguration(
        ConfigStore store,
        ConfigRevision initial,
        @Nullable TokenBook tokens,
        Voter voter,
        @Nullable LastKnownGood copy)
        implements AutoCloseable {

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
        Voter voter = voter(config, dataDirectory);
        if (!config.roles().contains(Role.CONTROL_API)) {
            LastKnownGood copy = dataDirectory == null ? null : new LastKnownGood(dataDirectory);
            return new KeptConfiguration(new MemoryConfigStore(), withoutStore(config, copy), null, voter, copy);
        }
        ConfigStore store = dataDirectory == null ? inMemory() : RocksConfigStore.open(dataDirectory);
        boolean done = false;
        try {
            ConfigRevision initial = new StartingConfiguration(store, config.id(), bootId)
                    .decide(file(config), config.cluster().isAlone());
            TokenBook tokens = new TokenBook(store, new SecureRandom(), NodeClock::wallClockMs);
            if (!config.adminIsLocal() || !tokens.isEmpty()) {
                AdminToken.provide(tokens, config, dataDirectory);
            }
            done = true;
            return new KeptConfiguration(store, initial, tokens, voter, null);
        } catch (IllegalArgumentException refused) {
            throw new IOException(refused.getMessage(), refused);
        } finally {
            if (!done) {
                store.close();
            }
        }
    }

    private static AppliedFile file(NodeConfig config) {
        return new AppliedFile(config.digest(), config.model());
    }

    /** What is to be settled with the other nodes, once they are there. */
    Settlement settlement(ConfigDesk desk, NodeConfig config) {
        return new Settlement(desk, store, file(config));
    }

    private static Voter voter(NodeConfig config, @Nullable Path dataDirectory) throws IOException {
        if (dataDirectory == null) {
            return new Voter(config.id(), Voter.State.NEW, Voter.Memory.NONE);
        }
        VoteFile file = new VoteFile(dataDirectory, config.id());
        return new Voter(config.id(), file.read(), file);
    }

    private static ConfigRevision withoutStore(NodeConfig config, @Nullable LastKnownGood copy) {
        Optional<ConfigRevision> known = copy == null ? Optional.empty() : copy.read();
        if (known.isEmpty()) {
            return new ConfigRevision(0, config.id(), Admissions.decided(GatewayModel.EMPTY, config.model()));
        }
        LOG.atInfo()
                .addKeyValue("event", "configuration_chosen")
                .addKeyValue("source", "last-known-good")
                .addKeyValue("revision", known.get().number())
                .log("the newest configuration that was heard before counts until there is a newer one");
        return known.get();
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
