// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.verticle;

import io.sluice.bus.BusRegistration;
import io.sluice.bus.TypedBus;
import io.sluice.health.core.HealthChecks;
import io.sluice.health.core.HealthReports;
import io.sluice.health.core.HealthTransition;
import io.sluice.health.core.ProbeResult;
import io.sluice.health.core.ProbeTask;
import io.sluice.health.probe.HttpProbe;
import io.sluice.health.probe.Probe;
import io.sluice.health.probe.ProbeRequest;
import io.sluice.health.probe.TcpProbe;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.HealthCheckSpec.Protocol;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.Zone;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.message.TargetObserved;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes targets, hears what codecs say of the paths through them, and publishes what it finds: at a transition, when it
 * takes targets over, and when the configuration changes what there is to say, at once or a moment later with those that follow
 * ({@link HealthReports}); and again every two seconds. It hears the other probers, and shares the targets with them; to one
 * that has just started it says at once what it knows. The last report says that it leaves.
 *
 * <p>A shell around {@link HealthChecks}: configuration, probe results, codecs' verdicts and others' reports in, reports out.
 *
 * <p><b>Threading</b>: one instance a node, on one event loop.
 */
public final class HealthCheckingVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(HealthCheckingVerticle.class);

    private record ProbeKind(Optional<Ipv4Address> source, Protocol protocol) {}

    private final TypedBus bus;
    private final Map<Zone, Optional<Ipv4Address>> sources;
    private final ProbePace pace;
    private final HealthChecks checks;
    private final HealthReports reports;
    private final Map<ProbeKind, Probe> probes = new HashMap<>();
    private final List<BusRegistration> registrations = new ArrayList<>();
    private final AtomicInteger probed = new AtomicInteger();
    private long tickTimerId = -1;

    /**
     * A prober, not yet probing.
     *
     * @param self the node
     * @param sources zones it probes from, each with the address its probes come from there (H-1); no address for whatever
     *     the host picks. Other zones are left to other probers: what is reached from here is not what is reached from there
     * @param probers how many are to probe a target from a zone
     * @param initial configuration to start with
     * @param pace the clock
     */
    public HealthCheckingVerticle(
            TypedBus bus,
            NodeId self,
            Map<Zone, Optional<Ipv4Address>> sources,
            int probers,
            ConfigRevision initial,
            ProbePace pace) {
        this.bus = bus;
        this.sources = Map.copyOf(sources);
        this.pace = pace;
        long nowMs = pace.nowMs().getAsLong();
        this.checks =
                new HealthChecks(self, this.sources.keySet(), HealthChecks.IN_FLIGHT_MAX, probers, initial, nowMs);
        this.reports = new HealthReports(self, nowMs, pace.reportEveryMs());
    }

    @Override
    public Future<?> start() {
        registrations.add(bus.listen(BusAddresses.CONFIG_CHANGED, this::configure));
        registrations.add(bus.listen(BusAddresses.TARGET_OBSERVED, this::observe));
        registrations.add(bus.listen(BusAddresses.HEALTH_CHANGED, this::hear));
        tickTimerId = vertx.setPeriodic(pace.tickMs(), _ -> tick());
        // not before the others' answers are heard
        return Future.all(registrations.stream().map(BusRegistration::ready).toList())
                .onSuccess(ready -> publish());
    }

    /** Targets that it probes, each once for each zone; from any thread. */
    public int probedCount() {
        return probed.get();
    }

    @Override
    public Future<?> stop() {
        vertx.cancelTimer(tickTimerId);
        tickTimerId = -1;
        bus.publish(BusAddresses.HEALTH_CHANGED, reports.last(checks.report(), checks.inherited()));
        List<Future<?>> closing = new ArrayList<>();
        registrations.forEach(registration -> closing.add(registration.close()));
        probes.values().forEach(probe -> closing.add(probe.close()));
        return Future.join(closing);
    }

    private void tick() {
        tell(checks.advance(now()));
        if (checks.tookOver()) {
            publishSoon();
        }
        probed.setRelease(checks.probedCount());
        probeWhatIsDue();
        if (reports.isDue(now())) {
            publish();
        }
    }

    private void probeWhatIsDue() {
        for (ProbeTask task : checks.due(now())) {
            HealthCheckSpec spec = task.spec();
            ProbeRequest request =
                    new ProbeRequest(new Ipv4SocketAddress(task.address(), spec.port()), spec.path(), spec.timeoutMs());
            probe(task.key().zone(), spec.protocol())
                    .check(request)
                    .onComplete(
                            result -> completed(task, result),
                            cause -> completed(task, new ProbeResult.ConnectFailed(String.valueOf(cause))));
        }
    }

    private void completed(ProbeTask task, ProbeResult result) {
        if (tickTimerId < 0) {
            return; // stopped: closing the sockets is not the target's failure
        }
        Optional<HealthTransition> transition = checks.completed(task, result, now());
        transition.ifPresent(changed -> {
            log(changed, result.toString());
            publishSoon();
        });
        // a target whose probe took the whole interval is due again now, not at the next tick
        probeWhatIsDue();
    }

    private void configure(ConfigChanged message) {
        List<TargetHealth> before = checks.report();
        checks.accept(message.revision(), now()).forEach(transition -> log(transition, "configuration"));
        if (!checks.report().equals(before)) {
            publishSoon();
        }
    }

    private void observe(TargetObserved message) {
        tell(checks.accept(message, now()));
    }

    private void hear(HealthChanged report) {
        if (checks.accept(report, now())) {
            publishSoon();
        }
    }

    private void tell(List<HealthTransition> transitions) {
        if (!transitions.isEmpty()) {
            transitions.forEach(transition -> log(transition, "data path"));
            publishSoon();
        }
    }

    private void publishSoon() {
        if (!reports.changed()) {
            return; // one is on its way
        }
        long waitMs = reports.waitMs(now());
        if (waitMs == 0) {
            publish();
        } else {
            vertx.setTimer(waitMs, timer -> publish());
        }
    }

    private void publish() {
        if (tickTimerId >= 0) { // else the last report is out
            bus.publish(BusAddresses.HEALTH_CHANGED, reports.next(checks.report(), checks.inherited(), now()));
        }
    }

    private Probe probe(Zone zone, Protocol protocol) {
        return probes.computeIfAbsent(
                new ProbeKind(sources.getOrDefault(zone, Optional.empty()), protocol),
                kind -> switch (kind.protocol()) {
                    case TCP -> new TcpProbe(vertx, kind.source());
                    case HTTP -> new HttpProbe(vertx, kind.source(), false);
                    case HTTPS -> new HttpProbe(vertx, kind.source(), true);
                });
    }

    private long now() {
        return pace.nowMs().getAsLong();
    }

    private static void log(HealthTransition transition, String cause) {
        (transition.to() == HealthState.UNHEALTHY ? LOG.atWarn() : LOG.atInfo())
                .addKeyValue("event", "target_" + transition.to().text())
                .addKeyValue("target_group", transition.key().target().group())
                .addKeyValue("target", transition.key().target().id())
                .addKeyValue("zone", transition.key().zone())
                .addKeyValue("from", transition.from().text())
                .addKeyValue("to", transition.to().text())
                .addKeyValue("reason", transition.reason().code())
                .addKeyValue("cause", cause)
                .log("target changed state");
    }
}
