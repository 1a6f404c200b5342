// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.lab.report.Narrator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Who makes the changes, at an even pace, and writes down what was told when; and the weather: appliances that fail their
 * health checks for a while.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class Operator {
    private static final int LEASE_GUARD_MS = 1_200;
    private static final int LEASE_LATE_MS = 4_000;
    private static final int WEATHER_MS_MIN = 4_000;
    private static final int WEATHER_MS_MORE = 12_000;
    private static final int COMPARE_EVERY = 20;
    private static final List<String> READS = List.of(
            "/v1/targets",
            "/v1/drops",
            "/v1/flows?limit=100",
            "/v1/load-balancers",
            "/v1/target-groups",
            "/v1/endpoints",
            "/v1/endpoint-services",
            "/v1/tags",
            "/v1/limits",
            "/v1/nodes",
            "/v1/config/revisions?limit=20",
            "/v1/audit?limit=20",
            "/v1/trace?endpoint=" + Spoke.MAIN.get(0).endpoint()
                    + "&source=10.64.0.1&destination=203.0.113.10&source-port=20000&destination-port=443",
            "/metrics");

    private final Narrator narrator;
    private final ChurnPlan plan;
    private final AdminPort admin;
    private final ChurnPrograms programs;
    private final Timeline timeline;
    private final Draw draw;
    private final Random weather;
    private final Map<String, Integer> made = new TreeMap<>();
    private final List<String> refused = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private long leaseSentMs;
    private long weatherTurnsMs;

    Operator(Narrator narrator, ChurnPlan plan, AdminPort admin, ChurnPrograms programs, Timeline timeline, Draw draw) {
        this.narrator = narrator;
        this.plan = plan;
        this.admin = admin;
        this.programs = programs;
        this.timeline = timeline;
        this.draw = draw;
        this.weather = new Random(~plan.seed());
    }

    /** Asks everything once that will be asked later, and changes nothing. */
    void warmUp() throws IOException {
        for (int i = 0; i < 3; i++) {
            for (String path : READS) {
                expect(admin.get(path), path);
            }
            compare();
        }
        noteRevision();
    }

    /** Makes all changes; ends with every appliance well and no lease running. */
    void work() throws IOException {
        long startMs = System.currentTimeMillis();
        for (int i = 0; i < plan.changes(); i++) {
            long dueMs = startMs + plan.dueMs(i);
            weather(dueMs);
            pause(dueMs - System.currentTimeMillis());
            endLease(false);
            make(draw.next());
            expect(admin.get(READS.get(i % READS.size())), READS.get(i % READS.size()));
            if (i % COMPARE_EVERY == COMPARE_EVERY - 1) {
                compare();
                narrator.step((i + 1) + " changes, " + timeline.failing().size() + " appliances fail");
            }
        }
        for (String appliance : timeline.failing()) {
            programs.answerChecks(appliance, true);
            timeline.recovers(appliance, System.currentTimeMillis());
        }
        endLease(true);
        compare();
    }

    private void make(Change change) throws IOException {
        Optional<String> ifMatch = change.path().equals("/v1/load-balancers/" + Draft.BALANCER)
                ? Optional.of(admin.get(change.path()).etag())
                : Optional.empty();
        AdminPort.Reply reply = admin.ask(change.method(), change.path(), change.body(), ifMatch);
        made.merge(change.kind(), 1, Integer::sum);
        if (!reply.ok()) {
            refused.add(change + " was answered " + reply.status() + " " + reply.body());
            return;
        }
        if (change.kind().equals("target-lease")) {
            leaseSentMs = reply.sentMs();
        }
        draw.done(change);
        timeline.told(reply.sentMs(), reply.repliedMs(), Told.of(draw.now().document()));
        noteRevision();
    }

    private void noteRevision() throws IOException {
        draw.revision(
                Long.parseLong(expect(admin.get("/v1/config"), "/v1/config").etag()));
    }

    /** What is in force is what was told: to put it once more would change nothing. */
    private void compare() throws IOException {
        AdminPort.Reply reply =
                admin.ask("PUT", "/v1/config?dry-run=true", draw.now().document(), Optional.empty());
        JsonNode changes = admin.json(reply).path("changes");
        if (!reply.ok() || !changes.isEmpty()) {
            differences.add(reply.status() + " " + reply.body());
        }
    }

    private AdminPort.Reply expect(AdminPort.Reply reply, String what) {
        if (!reply.ok()) {
            refused.add("GET " + what + " was answered " + reply.status() + " " + reply.body());
        }
        return reply;
    }

    /** A lease that is about to end is let end, and waited for: the registration ends with it. */
    private void endLease(boolean now) throws IOException {
        if (draw.leased().isEmpty()) {
            return;
        }
        long endsMs = leaseSentMs + Draw.LEASE_S * 1_000L;
        if (!now && System.currentTimeMillis() < endsMs - LEASE_GUARD_MS) {
            return;
        }
        String path = "/v1/target-groups/" + Firewall.MAIN_GROUP + "/targets/"
                + draw.leased().get();
        while (true) {
            AdminPort.Reply reply = admin.get(path);
            // without a delay there is nothing left to drain
            boolean gone = reply.status() == 404;
            JsonNode health = admin.json(gone ? reply : expect(reply, path)).path("health");
            if (gone
                    || health.path("state").asText().equals("draining")
                    || health.path("reason").asText().equals("Target.NotRegistered")) {
                if (reply.repliedMs() < endsMs) {
                    refused.add("a lease that was renewed at " + leaseSentMs + " has ended at " + reply.repliedMs());
                }
                draw.leaseEnded();
                timeline.told(endsMs, reply.repliedMs(), Told.of(draw.now().document()));
                return;
            }
            if (reply.repliedMs() > endsMs + LEASE_LATE_MS) {
                refused.add("a lease that was renewed at " + leaseSentMs + " has not ended at " + reply.repliedMs());
                return;
            }
            pause(100);
        }
    }

    /** Lets an appliance of the main group fail, or all recover. */
    private void weather(long nowMs) throws IOException {
        if (nowMs < weatherTurnsMs) {
            return;
        }
        weatherTurnsMs = nowMs + WEATHER_MS_MIN + weather.nextInt(WEATHER_MS_MORE);
        List<String> failing = timeline.failing();
        if (!failing.isEmpty() && weather.nextInt(2 + failing.size()) > 0) {
            String appliance = failing.get(weather.nextInt(failing.size()));
            programs.answerChecks(appliance, true);
            timeline.recovers(appliance, System.currentTimeMillis());
            return;
        }
        String appliance =
                Firewall.MAIN.get(weather.nextInt(Firewall.MAIN.size())).address();
        if (!failing.contains(appliance)) {
            timeline.fails(appliance, System.currentTimeMillis());
            programs.answerChecks(appliance, false);
        }
    }

    private static void pause(long ms) throws IOException {
        if (ms <= 0) {
            return;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Changes made, by kind. */
    Map<String, Integer> made() {
        return made;
    }

    /** What was not answered as it must be. */
    List<String> refused() {
        return refused;
    }

    /** Where the gateway's configuration was another than the one it was told. */
    List<String> differences() {
        return differences;
    }
}
