// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import static io.sluice.api.Samples.AZ1;
import static io.sluice.api.Samples.DECISIONS;
import static io.sluice.api.Samples.FIRST;
import static io.sluice.api.Samples.GW_1;
import static io.sluice.api.Samples.flow;
import static io.sluice.api.Samples.health;
import static io.sluice.api.Samples.revision;
import static io.sluice.api.Samples.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.api.ClusterView;
import io.sluice.api.Samples;
import io.sluice.api.event.EventHub;
import io.sluice.api.event.Events;
import io.sluice.api.route.EventsRoute;
import io.sluice.api.route.HealthRoute;
import io.sluice.bus.BusCounters;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.flow.FlowEnd;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.message.CountersReply;
import io.sluice.model.message.FlowEvents;
import io.sluice.observe.Readiness;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events over real HTTP, from a real bus. */
class EventsRouteTest {

    private static final long LIMIT_S = 30;
    private static final int READ_MS_MAX = 20_000;

    private final Vertx vertx = Vertx.vertx();
    private final TypedBus bus = new TypedBus(vertx, GW_1, new BusCounters());
    private final ClusterView cluster = Samples.view(revision(1), () -> 0);
    private final EventHub hub = new EventHub(() -> 0);
    private final AtomicInteger wanted = new AtomicInteger();
    private final AtomicLong noTarget = new AtomicLong(100);
    private final AtomicInteger counted = new AtomicInteger();
    private final List<Listener> listeners = new ArrayList<>();
    private AdminPort port;

    /** A client on a plain socket: reads when it is told to. */
    private static final class Listener implements AutoCloseable {

        private final Socket socket;
        private final BufferedReader lines;

        Listener(AdminPort port, String query) throws IOException {
            socket = new Socket();
            socket.setReceiveBufferSize(4 << 10);
            socket.connect(new java.net.InetSocketAddress(
                    InetAddress.getLoopbackAddress(), port.address().port()));
            socket.setSoTimeout(READ_MS_MAX);
            socket.getOutputStream()
                    .write(("GET /v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                head.append(line).append('\n');
            }
            return head.toString();
        }

        /** The next event; chunk sizes and blank lines are none. */
        JsonObject next() throws IOException {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    return new JsonObject(line);
                }
            }
            throw new IOException("the stream has ended");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @BeforeEach
    void open() throws TimeoutException {
        cluster.accept(status(GW_1, "ingress"));
        bus.serve(BusAddresses.NODE_COUNTERS.at(GW_1), request -> {
                    counted.incrementAndGet();
                    return Future.succeededFuture(new CountersReply(
                            GW_1, new TreeMap<>(), new TreeMap<>(Map.of("no_target", noTarget.get()))));
                })
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
        bus.listen(BusAddresses.FLOW_EVENTS_WANTED, asked -> wanted.incrementAndGet())
                .ready()
                .await(LIMIT_S, TimeUnit.SECONDS);
        vertx.deployVerticle(new EventsVerticle(bus, GW_1, cluster, hub, () -> 0))
                .await(LIMIT_S, TimeUnit.SECONDS);
        port = new AdminPort(vertx, List.of(new EventsRoute(hub, () -> 0), new HealthRoute(new Readiness())));
    }

    @AfterEach
    void close() throws Exception {
        for (Listener listener : listeners) {
            listener.close();
        }
        port.close();
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private Listener listen(String query) throws IOException {
        Listener listener = new Listener(port, query);
        listeners.add(listener);
        assertThat(listener.head()).startsWith("HTTP/1.1 200 ").containsIgnoringCase("application/x-ndjson");
        assertThat(listener.next().getString("kind")).isEqualTo("alive");
        return listener;
    }

    private static FlowEvents.Event event(FlowEvents.Change change, FlowEnd end) {
        return new FlowEvents.Event(1_000, GW_1, change, end, flow(true).key(), FIRST, 0x0123_4567);
    }

    @Test
    void asksForNothingWhileNobodyListens() throws Exception {
        Listener listener = listen("");
        await().until(() -> wanted.get() > 0 && counted.get() > 0);
        listener.close();
        await().until(() -> !hub.hasListeners());
        int asked = wanted.get();
        // two turns of the pace: the clock of the test is the arrival of other events on the same loop
        vertx.timer(2_500, TimeUnit.MILLISECONDS).await(LIMIT_S, TimeUnit.SECONDS);
        assertThat(wanted.get()).isEqualTo(asked);
    }

    @Test
    void tellsWhatBecomesOfFlows() throws Exception {
        Listener listener = listen("");
        bus.publish(
                BusAddresses.FLOW_EVENTS,
                new FlowEvents(
                        DECISIONS,
                        0,
                        List.of(
                                event(FlowEvents.Change.OPENED, FlowEnd.IDLE),
                                event(FlowEvents.Change.CLOSED, FlowEnd.EVICTED))));
        assertThat(listener.next()).isEqualTo(new JsonObject("""
                {"at": "1970-01-01T00:00:01Z", "kind": "flow", "type": "opened", "node": "gw-1",
                 "endpoint": "vpce-0a1b2c3d4e5f60718", "protocol": 6, "lower": "172.16.0.1", "lower-port": 40000,
                 "upper": "172.16.0.9", "upper-port": 443, "target": "10.1.0.11", "target-group": "firewalls",
                 "cookie": "0x01234567"}"""));
        JsonObject closed = listener.next();
        assertThat(closed.getString("type")).isEqualTo("closed");
        assertThat(closed.getString("reason")).isEqualTo("evicted");
    }

    @Test
    void tellsDropsAsDifferences() throws Exception {
        Listener listener = listen("?kind=drop");
        await().until(() -> counted.get() > 0);
        noTarget.addAndGet(12);
        JsonObject drop = listener.next();
        assertThat(drop.getString("reason")).isEqualTo("no_target");
        assertThat(drop.getLong("packets")).isEqualTo(12);
        assertThat(drop.getString("node")).isEqualTo("gw-1");
    }

    @Test
    void tellsHealthAndRevisions() throws Exception {
        Listener listener = listen("");
        Samples.hear(cluster, health(1, FIRST, AZ1, HealthState.UNHEALTHY, HealthReason.FAILED_HEALTH_CHECKS));
        JsonObject health = listener.next();
        assertThat(health.getString("kind")).isEqualTo("health");
        assertThat(health.getString("from")).isEqualTo("initial");
        assertThat(health.getString("state")).isEqualTo("unhealthy");
        assertThat(health.getString("reason")).isEqualTo("Target.FailedHealthChecks");
        cluster.targetSets().install(revision(2));
        JsonObject changed = listener.next();
        assertThat(changed.getString("kind")).isEqualTo("revision");
        assertThat(changed.getLong("revision")).isEqualTo(2);
    }

    @Test
    void filtersByEveryValueAskedFor() throws Exception {
        Listener byEndpoint = listen("?endpoint=vpce-00000000000000001");
        Listener byTarget = listen("?target=10.1.0.11&kind=flow&reason=idle");
        FlowEvents told = new FlowEvents(
                DECISIONS,
                0,
                List.of(
                        event(FlowEvents.Change.OPENED, FlowEnd.IDLE),
                        event(FlowEvents.Change.CLOSED, FlowEnd.RESET),
                        event(FlowEvents.Change.CLOSED, FlowEnd.IDLE)));
        bus.publish(BusAddresses.FLOW_EVENTS, told);
        assertThat(byTarget.next().getString("reason")).isEqualTo("idle");
        bus.publish(BusAddresses.FLOW_EVENTS, new FlowEvents(DECISIONS, 5, List.of()));
        assertThat(byEndpoint.next().getLong("events")).as("nothing before").isEqualTo(5);
    }

    /** A client that does not read holds up neither events nor other clients, and learns how many it missed. */
    @Test
    void aSlowReaderLosesEventsAndHoldsNobodyUp() throws Exception {
        int emitted = 200_000;
        Listener slow = listen("?kind=flow");
        Listener quick = listen("?kind=revision");
        var event = Events.flow(event(FlowEvents.Change.OPENED, FlowEnd.IDLE));
        for (int i = 0; i < emitted; i++) {
            hub.emit(event);
        }
        assertThat(port.get("/healthz").statusCode()).isEqualTo(200);
        cluster.targetSets().install(revision(2));
        assertThat(quick.next().getString("kind")).isEqualTo("revision");
        long read = 0;
        long lost = 0;
        while (read + lost < emitted) {
            JsonObject next = slow.next();
            if (next.getString("kind").equals("lost")) {
                lost += next.getLong("events");
            } else {
                read++;
            }
        }
        assertThat(read + lost).isEqualTo(emitted);
        assertThat(lost).isPositive();
    }

    @Test
    void takesSoManyListenersAndNoMoreUntilOneGoes() throws Exception {
        for (int i = 0; i < EventHub.LISTENERS_MAX; i++) {
            listen("");
        }
        HttpResponse<String> refused = port.get("/v1/events");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(refused.body()).getString("code")).isEqualTo("too-many-listeners");
        listeners.getFirst().close();
        await().until(() -> port.get("/v1/events?seconds=1").statusCode() == 200);
    }

    @Test
    void endsAfterTheSecondsAskedFor() throws Exception {
        assertThat(port.get("/v1/events?seconds=1&kind=flow").body()).contains("\"kind\":\"alive\"");
        await().until(() -> !hub.hasListeners());
    }

    @Test
    void answersHeadAndKeepsNoPlaceForIt() throws Exception {
        assertThat(port.send("HEAD", "/v1/events").statusCode()).isEqualTo(200);
        assertThat(hub.hasListeners()).isFalse();
    }
}
