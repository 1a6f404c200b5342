// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.ClusterView;
import io.sluice.api.ConfigDesk;
import io.sluice.api.ConfigHistory;
import io.sluice.api.LeaseDesk;
import io.sluice.api.LeaseStore;
import io.sluice.api.access.AccessCheck;
import io.sluice.api.access.AccessLimits;
import io.sluice.api.access.TokenBook;
import io.sluice.api.agree.Agreement;
import io.sluice.api.agree.Ballots;
import io.sluice.api.agree.BusVoters;
import io.sluice.api.contract.Contract;
import io.sluice.api.event.EventHub;
import io.sluice.api.route.AdminRoute;
import io.sluice.api.route.AdminRoutes;
import io.sluice.api.route.ResourceDesk;
import io.sluice.api.route.TokensRoute;
import io.sluice.api.verticle.AdminHttpVerticle;
import io.sluice.api.verticle.AdminLimits;
import io.sluice.api.verticle.Adoption;
import io.sluice.api.verticle.ControlApiVerticle;
import io.sluice.api.verticle.EventsVerticle;
import io.sluice.api.verticle.LeasesVerticle;
import io.sluice.api.verticle.VoterVerticle;
import io.sluice.bus.BusCounters;
import io.sluice.bus.RoleLocator;
import io.sluice.bus.TypedBus;
import io.sluice.bus.cluster.ClusterMember;
import io.sluice.datagram.DatagramTransport;
import io.sluice.hashing.authority.ClusterAuthority;
import io.sluice.hashing.authority.FlowAuthority;
import io.sluice.hashing.authority.FlowWatch;
import io.sluice.hashing.authority.LocalAuthority;
import io.sluice.hashing.authority.TargetPicker;
import io.sluice.hashing.core.MasterSecrets;
import io.sluice.hashing.verticle.FlowHashingVerticle;
import io.sluice.health.verticle.HealthCheckingVerticle;
import io.sluice.health.verticle.ProbePace;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.LeaseKept;
import io.sluice.model.message.NodeStatus;
import io.sluice.node.config.GatewayDocuments;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.config.Role;
import io.sluice.observe.MetricsRegistry;
import io.sluice.observe.Readiness;
import io.sluice.selection.feed.TargetSets;
import io.sluice.selection.verticle.TargetSelectionVerticle;
import io.sluice.selection.verticle.TargetSetVerticle;
import io.vertx.core.AsyncResult;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where constructors are called: what a process consists of, by its roles.
 *
 * <p>Configuration and health are taken, and snapshots made of them, on one worker for all. Each shard's codec and ingress share
 * one event loop, the first one's with selection and flow hashing where they share a process. Health checking, the control API,
 * the node's own word and the admin port have loops of their own.
 */
final class Wiring {

    /**
     * Records there may be beside those of full tables, for each shard: of flows being set up, and of flows that had to go for
     * them, whose end the authority has not heard of yet. Without them a full table would have nobody's flow make room.
     */
    private static final int RECORDS_BESIDE_TABLE = 1 << 15;

    /** Probers repeat what they know within two seconds; where there is none, known flows are not to wait. */
    private static final long HEALTH_HEARD_MS = 3_000;

    /** An agent that knows several nodes leaves one that has missed three keep-alives, 200 ms apart. */
    private static final long AGENTS_GONE_MS = 1_000;

    /** Longest that a node which stops waits for others to have its records; they have copies of most. */
    private static final long GIVEN_AWAY_MAX_MS = 5_000;

    /** After that: every node looks who owns what each 100 ms, and a question may be on its way. */
    private static final long OWNERS_KNOWN_MS = 500;

    /** Off the loops that packets wait for. */
    private static final DeploymentOptions ON_A_WORKER =
            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER);

    /** Condition of readiness that everything has come to be. */
    private static final String STARTED = "started";

    /** Condition of readiness of a process with one half of the packet path: it knows the other. */
    private static final String LINKED = "link";

    /** How often a part of the flows of an earlier run is given to those who decide about them now. */
    private static final long PASS_ON_MS = 100;

    /** How often a node looks whether flows may live that it does not know of. */
    private static final long SETTLE_MS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);

    private final ClusterMember member;
    private final Vertx vertx;
    private final @Nullable KeptRecords records;
    private final NodeConfig config;
    private final MasterSecrets secrets;
    private final LeaseStore leaseStore;
    private final MetricsRegistry metrics;
    private final KeptConfiguration kept;
    private final long bootId;
    private final List<String> roleNames;
    private final BusCounters busCounters = new BusCounters();
    private final Readiness readiness = new Readiness();
    private final @Nullable NodeLink link;
    private final @Nullable PacketHalf packets;
    private final NodeTraffic traffic;
    private final TypedBus bus;
    private final ConfigRevision initial;
    private final TargetSets targetSets;
    private final NodeMetrics nodeMetrics;
    private Consumer<Boolean> recovering = recovers -> {};
    private final Deque<String> deployments = new ArrayDeque<>();

    /**
     * @param member this process's place in the cluster
     * @param config what the process is told
     * @param transport what its event loops run
     * @param secrets what cookies are issued and known by
     * @param startedBefore whether flows of an earlier start may still be alive
     * @param leaseStore remembers leases over a restart
     * @param metrics shown on the admin port
     * @param kept what the process starts with, and where it keeps what is changed
     * @param records what it keeps of flows; null for a process that does not decide about them
     * @param flowTables of its shards
     * @param bootId time of the start, milliseconds since 1970
     */
    Wiring(
            ClusterMember member,
            NodeConfig config,
            DatagramTransport transport,
            MasterSecrets secrets,
            boolean startedBefore,
            LeaseStore leaseStore,
            MetricsRegistry metrics,
            KeptConfiguration kept,
            @Nullable KeptRecords records,
            FlowTables flowTables,
            long bootId) {
        this.leaseStore = leaseStore;
        this.kept = kept;
        this.bootId = bootId;
        this.member = member;
        this.vertx = member.vertx();
        this.records = records;
        this.config = config;
        this.secrets = secrets;
        this.metrics = metrics;
        this.roleNames = config.roles().stream().map(Role::text).sorted().toList();
        this.bus = new TypedBus(vertx, config.id(), busCounters);
        this.initial = kept.initial();
        this.targetSets = new TargetSets(config.id(), initial, config.probers(), NodeClock::wallClockMs);
        this.nodeMetrics = new NodeMetrics(metrics);
        this.link = config.isLinked() ? new NodeLink(config, secrets, bootId) : null;
        this.packets = has(Role.INGRESS) || has(Role.CODEC)
                ? new PacketHalf(
                        bus,
                        config,
                        transport,
                        secrets,
                        startedBefore,
                        targetSets,
                        flowTables,
                        bootId,
                        member::owners,
                        config.shardCount(Runtime.getRuntime().availableProcessors()),
                        link)
                : null;
        this.traffic = packets == null ? new NodeTraffic(null, null, 0, null) : packets.traffic();
        if (packets != null) {
            nodeMetrics.transport(transport);
        }
    }

    /** What the process does, in words of the configuration. */
    List<String> roleNames() {
        return roleNames;
    }

    private boolean has(Role role) {
        return config.roles().contains(role);
    }

    /** Starts everything; the admin port first, so that it tells what is still missing. */
    Future<?> deploy() {
        ClusterView cluster = new ClusterView(config.id(), targetSets, NodeClock::wallClockMs);
        NodeStatusVerticle status =
                new NodeStatusVerticle(bus, config.id(), bootId, roleNames, traffic, targetSets.snapshots());
        nodeMetrics.bus(busCounters, member);
        nodeMetrics.configuration(status);
        ConfigDesk desk = new ConfigDesk(cluster, kept.store(), agreement(cluster), NodeClock::wallClockMs);
        LeaseDesk leases = new LeaseDesk(
                desk,
                cluster,
                leaseStore,
                NodeClock::wallClockMs,
                (holder, durationMs) -> bus.publish(
                        BusAddresses.LEASE_KEPT,
                        new LeaseKept(config.id(), holder.group(), holder.target(), durationMs)));
        EventHub events = new EventHub(NodeClock::wallClockMs);
        AdminHttpVerticle admin = new AdminHttpVerticle(
                config.admin(),
                AdminLimits.DEFAULT,
                config.adminTls(),
                accessCheck(),
                adminRoutes(cluster, desk, leases, events));
        // a condition of its own: between two parts each one that is known is met
        readiness.unmet(STARTED, "starting");
        TargetSetVerticle sets = new TargetSetVerticle(bus, targetSets, configurations(desk));
        Future<?> done = deploy("admin", admin).compose(before -> deploy("target-sets", sets, ON_A_WORKER));
        PacketHalf half = packets;
        if (half != null) {
            nodeMetrics.traffic(traffic);
            nodeMetrics.shards(traffic);
            if (has(Role.INGRESS)) {
                nodeMetrics.flows(traffic, config.flowCapacity());
            }
            done = done.compose(before -> ready("flow-table", half.flowTablesMade()));
            if (!has(Role.HEALTH_CHECKING)) {
                // what is decided alone is decided as others do, from the same inputs (P2)
                done = done.compose(before -> ready("target-health", orAfter(sets.heard(), HEALTH_HEARD_MS)));
            }
            for (int i = 0; i < half.shards(); i++) {
                int shard = i;
                // the sockets of a group are bound in order, and the node is not ready between two of them
                readiness.unmet(shardName(shard), "starting");
                done = done.compose(before -> deploy(shardName(shard), shard(half, shard)));
            }
            if (has(Role.INGRESS)) {
                done = done.compose(before -> deploy("flow-list", half.flowList()));
            }
        } else if (has(Role.FLOW_HASHING) || has(Role.TARGET_SELECTION)) {
            done = done.compose(
                    before -> deploy("flows", new SameLoop(context -> decisions(), Future::succeededFuture)));
        }
        NodeLink toOther = link;
        if (toOther != null) {
            nodeMetrics.link(toOther);
            // once known it stays: where the bus is cut off, packets pass as before
            readiness.unmet(
                    LINKED,
                    "no " + toOther.directory().side().other().name().toLowerCase(Locale.ROOT) + " of zone "
                            + config.zone() + " has been heard of");
            done = done.compose(
                    before -> deploy("link-hellos", toOther.hellos(bus, member, () -> readiness.met(LINKED))));
        }
        if (has(Role.HEALTH_CHECKING)) {
            done = done.compose(before -> deploy("health-checking", healthChecking()));
        }
        if (!config.cluster().isAlone()) {
            done = done.compose(before -> deploy("voter", new VoterVerticle(bus, config.id(), kept.voter())));
        }
        LastKnownGood copy = kept.copy();
        if (copy != null) {
            done = done.compose(before -> deploy("last-known-good", new LastKnownGoodVerticle(bus, copy)));
        }
        if (has(Role.CONTROL_API)) {
            nodeMetrics.targets(cluster);
            done = done.compose(before -> deploy(
                    "control-api",
                    new ControlApiVerticle(
                            bus, cluster, desk, config.cluster().isAlone() ? null : kept.settlement(desk, config))));
            done = done.compose(before ->
                    deploy("leases", new LeasesVerticle(bus, leases, () -> ControlApiVerticle.publish(bus, desk))));
            done = done.compose(before ->
                    deploy("events", new EventsVerticle(bus, config.id(), cluster, events, NodeClock::wallClockMs)));
        }
        done = done.compose(before -> deploy("status", status)).onSuccess(deployed -> passOnRecords());
        // packets come first: to read the contract takes long
        Future<?> all = has(Role.CONTROL_API) ? done.compose(before -> ready("contract", admin.serveContract())) : done;
        return all.onSuccess(started -> readiness.met(STARTED));
    }

    /** Who takes the configurations of other processes: with the control API they are in the store before they take effect. */
    private Consumer<ConfigChanged> configurations(ConfigDesk desk) {
        return has(Role.CONTROL_API) ? new Adoption(vertx, desk) : targetSets::accept;
    }

    /** What a configuration write needs: the votes of a majority, where there is a cluster. */
    private Agreement agreement(ClusterView cluster) {
        return config.cluster().isAlone()
                ? Agreement.ALONE
                : new Ballots(
                        config.id(),
                        config.quorum(),
                        new BusVoters(
                                bus,
                                config.id(),
                                () -> cluster.nodes().stream()
                                        .map(NodeStatus::node)
                                        .toList()),
                        kept.voter()::promised);
    }

    private Future<?> deploy(String name, Deployable deployable) {
        return deploy(name, deployable, new DeploymentOptions());
    }

    private Future<?> deploy(String name, Deployable deployable, DeploymentOptions options) {
        return ready(name, vertx.deployVerticle(deployable, options).onSuccess(deployments::push));
    }

    /** What need not come: it is waited for so long. */
    private static Future<?> orAfter(Future<?> coming, long ms) {
        return coming.timeout(ms, TimeUnit.MILLISECONDS).otherwiseEmpty();
    }

    /** Makes it a condition of readiness that something comes to be. */
    private Future<?> ready(String name, Future<?> coming) {
        readiness.unmet(name, "starting");
        return coming.onSuccess(done -> readiness.met(name))
                .onFailure(cause -> readiness.unmet(name, String.valueOf(cause.getMessage())));
    }

    /** Lets agents go to other nodes, and gives decisions about flows to other nodes; then stops everything in reverse. */
    Future<?> undeploy() {
        Future<?> done = Future.join(letAgentsGo(), giveRecordsAway()).otherwiseEmpty();
        while (!deployments.isEmpty()) {
            String id = deployments.pop();
            done = done.transform(before -> vertx.undeploy(id));
        }
        return done;
    }

    private Future<?> letAgentsGo() {
        PacketHalf half = packets;
        return half == null
                ? Future.succeededFuture()
                : half.leave().timeout(AGENTS_GONE_MS, TimeUnit.MILLISECONDS).transform(this::agentsGone);
    }

    /** Questions that were on their way to this node are answered, and others learn where to ask from now on. */
    private Future<?> giveRecordsAway() {
        if (records == null) {
            return Future.succeededFuture();
        }
        return member.giveAway()
                .timeout(GIVEN_AWAY_MAX_MS, TimeUnit.MILLISECONDS)
                .compose(
                        given -> given ? vertx.timer(OWNERS_KNOWN_MS, TimeUnit.MILLISECONDS) : Future.succeededFuture())
                .onFailure(failed -> LOG.atWarn()
                        .setCause(failed)
                        .addKeyValue("event", "records_not_given_away")
                        .log("its records are left to their backups"));
    }

    /** Nobody waits for agents that there are not. */
    private Future<?> agentsGone(AsyncResult<Boolean> told) {
        return told.succeeded() && told.result()
                ? vertx.timer(AGENTS_GONE_MS, TimeUnit.MILLISECONDS)
                : Future.succeededFuture();
    }

    /** Who may ask; nobody is asked for a token where the process has none to give. */
    private @Nullable AccessCheck accessCheck() {
        TokenBook tokens = kept.tokens();
        return tokens == null
                ? null
                : new AccessCheck(tokens, !config.adminIsLocal(), AccessLimits.DEFAULT, NodeClock::monotonicMs);
    }

    private List<AdminRoute> adminRoutes(ClusterView cluster, ConfigDesk desk, LeaseDesk leases, EventHub events) {
        List<AdminRoute> routes = new ArrayList<>(AdminRoutes.ofProcess(readiness, metrics));
        TokenBook tokens = kept.tokens();
        if (tokens != null) {
            GatewayDocuments documents = new GatewayDocuments(config);
            ResourceDesk resources = new ResourceDesk(
                    documents.fragments(), desk, cluster, leases, () -> ControlApiVerticle.publish(bus, desk));
            routes.addAll(AdminRoutes.ofControl(
                    bus,
                    documents,
                    resources,
                    new ConfigHistory(kept.store(), desk),
                    new TokensRoute(tokens, !config.adminIsLocal()),
                    events,
                    Contract::text,
                    config.quorum().members(),
                    NodeClock::wallClockMs));
        }
        return routes;
    }

    /** What shares a shard's loop; on the first one's the decisions, before the packets that ask for them. */
    private SameLoop shard(PacketHalf half, int shard) {
        return new SameLoop(
                context -> {
                    List<VerticleBase> verticles = new ArrayList<>(shard == 0 ? decisions() : List.of());
                    verticles.addAll(half.shard(shard, (ContextInternal) context));
                    return verticles;
                },
                traffic.shard(shard)::closePath);
    }

    private static String shardName(int shard) {
        return shard == 0 ? "flows" : "flows-" + shard;
    }

    private List<VerticleBase> decisions() {
        List<VerticleBase> verticles = new ArrayList<>();
        if (has(Role.TARGET_SELECTION)) {
            verticles.add(new TargetSelectionVerticle(bus, config.id(), targetSets.snapshots()));
        }
        if (has(Role.FLOW_HASHING)) {
            verticles.add(flowHashing());
        }
        return verticles;
    }

    private int recordsBesideTables() {
        return RECORDS_BESIDE_TABLE * Math.max(1, packets == null ? 1 : packets.shards());
    }

    private FlowHashingVerticle flowHashing() {
        return new FlowHashingVerticle(
                bus,
                config.id(),
                targetSets.revisions(),
                locator(Role.TARGET_SELECTION),
                this::authority,
                NodeClock::wallClockMs);
    }

    private FlowAuthority authority(TargetPicker picker, FlowWatch watch, Executor loop) {
        // without it no process of this wiring has the role
        KeptRecords keeps = Objects.requireNonNull(records, "records");
        LocalAuthority memory = new LocalAuthority(
                picker,
                secrets.cookies(),
                NodeClock::wallClockMs,
                config.flowCapacity() + recordsBesideTables(),
                watch,
                keeps.copies().keySet());
        CopyLag lag = new CopyLag();
        ClusterAuthority authority = new ClusterAuthority(
                memory, config.id(), member::owners, keeps.source(), keeps.copies(), lag, loop, NodeClock::wallClockMs);
        keeps.onMerged(merged -> loop.execute(() -> authority.merged(merged)));
        authority.recovering(keeps.recovering());
        recovering = recovers -> loop.execute(() -> authority.recovering(recovers));
        nodeMetrics.records(authority);
        nodeMetrics.copies(lag, keeps.copies().keySet());
        if (keeps.hasDisk()) {
            nodeMetrics.journal(keeps);
        }
        return authority;
    }

    /** Once the node works: flows of an earlier run go to those who decide about them now. */
    private void passOnRecords() {
        KeptRecords keeps = records;
        if (keeps == null) {
            return;
        }
        vertx.setPeriodic(PASS_ON_MS, timer -> {
            if (keeps.passOn(config.id(), member.owners())) {
                vertx.cancelTimer(timer);
            }
        });
        long completeAtMs = NodeClock.monotonicMs() + initial.model().longestTcpIdleTimeoutMs();
        vertx.setPeriodic(
                SETTLE_MS,
                timer -> vertx.executeBlocking(() -> {
                            keeps.settle();
                            if (NodeClock.monotonicMs() >= completeAtMs) {
                                keeps.complete();
                            }
                            return keeps.recovering();
                        })
                        .onSuccess(recovering::accept));
    }

    private HealthCheckingVerticle healthChecking() {
        HealthCheckingVerticle prober = new HealthCheckingVerticle(
                bus, config.id(), config.probeSources(), config.probers(), initial, ProbePace.system());
        nodeMetrics.probes(prober);
        return prober;
    }

    private RoleLocator locator(Role role) {
        return new RoleLocator(config.id(), roleNames, role.text(), NodeClock::monotonicMs);
    }
}
