// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import com.hazelcast.config.Config;
import io.sluice.api.LeaseStore;
import io.sluice.bus.cluster.ClusterMember;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.bus.cluster.MemberSpec;
import io.sluice.datagram.TransportChoice;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.node.config.MasterSecret;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import io.sluice.observe.MetricsRegistry;
import io.sluice.records.cluster.CompleteView;
import io.sluice.records.cluster.RecordsMap;
import io.sluice.records.journal.FlowJournal;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node: a clustered Vert.x with the verticles of its roles.
 *
 * <p>Starts in order of need and stops in reverse, both with a deadline.
 */
final class GatewayNode {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayNode.class);

    /** Nothing is served from the class path, so no copies of it are left in the temporary directory. */
    private static final FileSystemOptions NO_FILE_CACHE =
            new FileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);

    /** Longer than a Hazelcast member takes to find a cluster on a loaded machine. */
    private static final long START_MAX_S = 150;

    /** Shorter than the 30 s that Kubernetes waits before it kills. */
    private static final long STOP_MAX_S = 20;

    /** As many as there are verticles that are no shard's, with one to spare: loops are given out in turn. */
    static final int LOOPS_BESIDE_SHARDS = 9;

    private final ClusterMember member;
    private final Wiring wiring;
    private final MetricsRegistry metrics;
    private final KeptConfiguration kept;
    private final @Nullable KeptRecords records;

    private GatewayNode(
            ClusterMember member,
            Wiring wiring,
            MetricsRegistry metrics,
            KeptConfiguration kept,
            @Nullable KeptRecords records) {
        this.records = records;
        this.member = member;
        this.wiring = wiring;
        this.metrics = metrics;
        this.kept = kept;
    }

    /**
     * Starts a node and returns when it can do its job.
     *
     * @param config what it is told
     * @param dataDirectory made where absent; null for a node that keeps nothing
     * @throws IOException where the data directory or the master secret cannot be used
     * @throws ExecutionException with what failed as its cause; whatever had started is stopped again
     */
    static GatewayNode start(NodeConfig config, @Nullable Path dataDirectory)
            throws IOException, ExecutionException, InterruptedException {
        if (dataDirectory != null) {
            make(dataDirectory);
        }
        MasterSecrets secrets = MasterSecret.all(config, dataDirectory);
        TransportChoice transport = TransportChoice.best(config.transport());
        LOG.atInfo()
                .addKeyValue("event", "transport_chosen")
                .addKeyValue("transport", transport.chosen().text())
                .addKeyValue("wanted", transport.wanted().text())
                .addKeyValue("unavailable", transport.unavailable())
                .log("packets are carried by {}", transport.chosen().text());
        long bootId = NodeClock.wallClockMs();
        // without a directory nothing says that there was no earlier run
        boolean startedBefore = dataDirectory == null || StartMarker.isThere(dataDirectory);
        // finding the cluster takes longer than all of this: both at once
        Preparations preparations = Preparations.begin(config, dataDirectory, secrets, bootId);
        MetricsRegistry metrics = new MetricsRegistry();
        RecordsMap recordsMap = new RecordsMap();
        ClusterMember member;
        try {
            member = join(config, transport, metrics, bootId, secrets, maps -> {
                recordsMap.configure(maps);
                CompleteView.configure(maps, startedBefore);
            });
        } catch (ExecutionException | InterruptedException failed) {
            preparations.abandon();
            throw failed;
        }
        KeptConfiguration kept;
        FlowJournal journal;
        try {
            kept = preparations.configuration();
            journal = preparations.journal();
        } catch (ExecutionException | InterruptedException failed) {
            member.close();
            throw failed;
        }
        if (dataDirectory != null) {
            StartMarker.leave(dataDirectory);
        }
        KeptRecords records = decidesAboutFlows(config)
                ? KeptRecords.open(
                        member,
                        recordsMap,
                        journal,
                        dataDirectory != null,
                        config.cluster().expected())
                : null;
        LeaseStore leases = dataDirectory == null ? LeaseStore.NONE : new LeaseFile(dataDirectory);
        Wiring wiring = new Wiring(
                member,
                config,
                transport.chosen(),
                secrets,
                startedBefore,
                leases,
                metrics,
                kept,
                records,
                preparations.flowTables(),
                bootId);
        GatewayNode node = new GatewayNode(member, wiring, metrics, kept, records);
        try {
            await(wiring.deploy());
        } catch (ExecutionException | InterruptedException failed) {
            node.stop();
            throw failed;
        }
        LOG.atInfo()
                .addKeyValue("event", "node_ready")
                .addKeyValue("node", config.id())
                .addKeyValue("roles", wiring.roleNames())
                .addKeyValue("admin", config.admin())
                .log("ready");
        kept.verify(member.vertx());
        return node;
    }

    private static void make(Path dataDirectory) throws IOException {
        try {
            Files.createDirectories(dataDirectory);
        } catch (IOException refused) {
            throw new IOException(
                    "--data-dir: " + dataDirectory + " cannot be made or is no directory ("
                            + refused.getClass().getSimpleName() + ")",
                    refused);
        }
    }

    private static ClusterMember join(
            NodeConfig config,
            TransportChoice transport,
            MetricsRegistry metrics,
            long bootId,
            MasterSecrets secrets,
            Consumer<Config> maps)
            throws ExecutionException, InterruptedException {
        config.cluster()
                .outOfReach()
                .ifPresent(
                        member -> LOG.atWarn()
                                .addKeyValue("event", "cluster_out_of_reach")
                                .addKeyValue("listen", config.cluster().address())
                                .addKeyValue("member", member)
                                .log(
                                        "cluster.listen is on loopback, where members of other hosts cannot reach it: this node stays alone"));
        // a process that stands alone has nobody else to keep the bus's subscriptions
        boolean keepsRecords = decidesAboutFlows(config) || config.cluster().isAlone();
        SecretAgreement agreement =
                new SecretAgreement(secrets, config.cluster().name());
        Map<String, String> announcements = new HashMap<>(NodeLink.announcements(config, bootId));
        announcements.put(SecretAgreement.ANNOUNCEMENT, agreement.announcement());
        ClusterMember member = await(HazelcastClusterFactory.start(
                new MemberSpec(config.cluster(), config.id(), keepsRecords, maps, announcements, agreement),
                new VertxOptions()
                        .setEventLoopPoolSize(eventLoops(config))
                        .setMetricsOptions(metrics.vertxOptions())
                        .setFileSystemOptions(NO_FILE_CACHE),
                builder -> builder.withTransport(vertxTransport(transport)).withMetrics(metrics.vertxFactory())));
        agreement
                .apart(member.announcedByElders(SecretAgreement.ANNOUNCEMENT))
                .ifPresent(
                        elder -> LOG.atWarn()
                                .addKeyValue("event", "secrets_differ")
                                .addKeyValue("node", elder)
                                .log(
                                        "of the master secrets of this node and of that one, one issues what the other does not accept"));
        return member;
    }

    private static boolean decidesAboutFlows(NodeConfig config) {
        return config.roles().contains(Role.FLOW_HASHING);
    }

    /** One for each shard, and so many for the rest that none of it shares a loop that packets wait for. */
    private static int eventLoops(NodeConfig config) {
        int shards = config.shardCount(Runtime.getRuntime().availableProcessors());
        return Math.max(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE, shards + LOOPS_BESIDE_SHARDS);
    }

    private static Transport vertxTransport(TransportChoice choice) {
        return switch (choice.chosen()) {
            case IO_URING, IO_URING_CHANNEL -> Transport.IO_URING;
            case EPOLL -> Transport.EPOLL;
            case NIO -> Transport.NIO;
        };
    }

    /**
     * Completes when the node has lost its cluster for good and is not stopping, on a thread that must not wait: it is to be
     * stopped and its process to be started again. Until then it forwards flows that it knows, by what it last heard.
     */
    CompletionStage<Void> ended() {
        return member.ended();
    }

    /** Stops in reverse order, waiting at most {@value #STOP_MAX_S} s; from any thread but an event loop. */
    void stop() {
        LOG.atInfo().addKeyValue("event", "node_stopping").log("stopping");
        try {
            wiring.undeploy()
                    .transform(stopped -> closeRecords())
                    .transform(stopped -> member.close())
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(STOP_MAX_S, TimeUnit.SECONDS);
            LOG.atInfo().addKeyValue("event", "node_stopped").log("stopped");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException failed) {
            LOG.atWarn()
                    .setCause(failed)
                    .addKeyValue("event", "node_stop_failed")
                    .log("stopped with force");
        } finally {
            kept.close();
            metrics.close();
        }
    }

    /** What waits for the disk is waited for, and no event loop waits. */
    private Future<?> closeRecords() {
        return records == null
                ? Future.succeededFuture()
                : member.vertx().executeBlocking(() -> {
                    records.close();
                    return true;
                });
    }

    private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(START_MAX_S, TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new ExecutionException("not started within " + START_MAX_S + " s", late);
        }
    }
}
