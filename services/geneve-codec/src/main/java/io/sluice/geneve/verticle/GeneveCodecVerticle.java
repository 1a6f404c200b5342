// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.verticle;

import io.sluice.bus.Latest;
import io.sluice.bus.TypedBus;
import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.geneve.core.PathWatch;
import io.sluice.geneve.core.ShardObservations;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.TargetObserved;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns one shard's sockets towards targets: for each zone served here the GENEVE port, where returns come to, and the
 * source ports, where packets leave from (W-2, W-4, W-5). Watches the paths through targets. One shard of the node says each
 * second what all saw of targets, and at once when the verdict on a path changes.
 *
 * <p>Packets do not pass through here: the sockets hand them to the receivers, the conduit sends through
 * {@link TargetSockets}.
 *
 * <p><b>Threading</b>: the shard's event loop.
 */
public final class GeneveCodecVerticle extends VerticleBase {

    /** First port tried for a source port: the dynamic range begins here (W-5). */
    static final int SOURCE_PORT_FIRST = 49_152;

    private static final int SOURCE_PORT_LAST = 65_535;
    private static final int BIND_ATTEMPTS = 256;
    private static final long OBSERVED_MS = 1_000;
    /** The shortest interval of probes; what passive detection is looked at by. */
    private static final long TICK_MS = 10;

    private static final Logger LOG = LoggerFactory.getLogger(GeneveCodecVerticle.class);

    private final TypedBus bus;
    private final NodeId self;
    private final long bootId;
    private final DatagramPath path;
    private final List<Ipv4SocketAddress> zoneAddresses;
    private final TargetSockets sockets;
    private final TargetDirectory targets;
    private final PathWatch watch;
    private final ShardObservations observations;
    private final LongSupplier clockMs;
    private final DatagramReceiver returns;
    private final DatagramReceiver misaddressed;
    private final List<Latest.Following> followings = new ArrayList<>();
    private final Latest<ConfigRevision> revisions;
    private final AtomicBoolean verdictChanged = new AtomicBoolean();

    /**
     * @param bus where observations go to
     * @param self this node
     * @param bootId when it started, milliseconds since 1970
     * @param path the shard's datagram path; closed by its owner
     * @param zoneAddresses for each zone index the node's address and GENEVE port
     * @param sockets filled at start
     * @param targets kept up to date with the configuration
     * @param watch probes targets, or tells the shard that does what falls silent; ticked here
     * @param observations where what was seen of targets is put, and whether it is published here
     * @param clockMs milliseconds of a clock that does not run backwards
     * @param revisions the configuration
     * @param returns gets what targets return
     * @param misaddressed gets what comes to the source ports
     */
    public GeneveCodecVerticle(
            TypedBus bus,
            NodeId self,
            long bootId,
            DatagramPath path,
            List<Ipv4SocketAddress> zoneAddresses,
            TargetSockets sockets,
            TargetDirectory targets,
            PathWatch watch,
            ShardObservations observations,
            LongSupplier clockMs,
            Latest<ConfigRevision> revisions,
            DatagramReceiver returns,
            DatagramReceiver misaddressed) {
        this.bus = bus;
        this.self = self;
        this.bootId = bootId;
        this.path = path;
        this.zoneAddresses = List.copyOf(zoneAddresses);
        this.sockets = sockets;
        this.targets = targets;
        this.watch = watch;
        this.observations = observations;
        this.clockMs = clockMs;
        this.revisions = revisions;
        this.returns = returns;
        this.misaddressed = misaddressed;
    }

    @Override
    public Future<?> start() {
        followings.add(revisions.follow(context, this::update));
        update();
        Future<?> bound = Future.succeededFuture();
        for (int zone = 0; zone < zoneAddresses.size(); zone++) {
            int zoneIndex = zone;
            bound = bound.compose(before -> bindZone(zoneIndex));
        }
        return bound.onSuccess(all -> {
            vertx.setPeriodic(OBSERVED_MS, timer -> {
                targets.release();
                observe();
            });
            vertx.setPeriodic(TICK_MS, timer -> tick());
        });
    }

    private void update() {
        GatewayModel model = revisions.get().model();
        targets.update(model);
        watch.update(model);
    }

    private void tick() {
        watch.tick(clockMs.getAsLong(), this::verdictChanged);
        path.flush();
        if (verdictChanged.getAndSet(false)) {
            observe();
        }
    }

    private void verdictChanged(DataPathVerdict verdict, DataPathVerdict.@Nullable State before) {
        verdictChanged.set(true);
        LOG.atInfo()
                .addKeyValue("event", "data_path_verdict")
                .addKeyValue("target_group", verdict.target().group())
                .addKeyValue("target", verdict.target().id())
                .addKeyValue("zone", verdict.seenFrom())
                .addKeyValue("from", before == null ? "unknown" : before)
                .addKeyValue("to", verdict.state())
                .log("the path through a target changed");
    }

    @Override
    public Future<?> stop() {
        followings.forEach(Latest.Following::end);
        return Future.succeededFuture();
    }

    private Future<?> bindZone(int zoneIndex) {
        Ipv4SocketAddress address = zoneAddresses.get(zoneIndex);
        Future<?> bound = bind(address.address().bits(), address.port(), returns);
        for (int slot = 0; slot < sockets.portSlots(); slot++) {
            int portSlot = slot;
            bound = bound.compose(
                    before -> bindSource(zoneIndex, portSlot, SOURCE_PORT_FIRST + portSlot, BIND_ATTEMPTS));
        }
        return bound;
    }

    /** A port that is taken is passed over: the flow's port is a function of the slot, not of its number. */
    private Future<?> bindSource(int zoneIndex, int portSlot, int port, int attemptsLeft) {
        return bind(zoneAddresses.get(zoneIndex).address().bits(), port, misaddressed)
                .onSuccess(bound -> sockets.put(zoneIndex, portSlot, bound))
                .<Object>mapEmpty()
                .recover(cause -> attemptsLeft <= 1 || port + sockets.portSlots() > SOURCE_PORT_LAST
                        ? Future.failedFuture(cause)
                        : bindSource(zoneIndex, portSlot, port + sockets.portSlots(), attemptsLeft - 1)
                                .mapEmpty());
    }

    private Future<DatagramPort> bind(int address, int port, DatagramReceiver receiver) {
        return Future.fromCompletionStage(path.bind(address, port, receiver), context);
    }

    private void observe() {
        observations.put(targets.observations());
        if (observations.speaks()) {
            bus.publish(
                    BusAddresses.TARGET_OBSERVED,
                    new TargetObserved(self, bootId, observations.node().sums(), watch.verdicts()));
        }
    }
}
