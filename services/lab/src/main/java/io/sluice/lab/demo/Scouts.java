// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Short UDP flows that find out where new flows go, until they go where the scene says.
 *
 * <p>With cross-zone on, each zone's node probes every appliance by itself and decides by itself (F-34), and the admin port
 * shows what one of them thinks: so the others may need one more interval of health checks.
 *
 * <p><b>Threading</b>: confined to one thread; one instance for one scene.
 */
final class Scouts implements AutoCloseable {
    private static final int EACH_SITE = 8;
    private static final int AGREE_SECONDS = 20;

    private final Scene scene;
    private final Talks talks;
    private final Captures captures;
    private final List<Talk> out = new ArrayList<>();
    private final Map<String, Set<String>> seen = new HashMap<>();
    private long sentNs;

    Scouts(Scene scene, Talks talks, Captures captures) {
        this.scene = scene;
        this.talks = talks;
        this.captures = captures;
    }

    /** Sends scouts until all zones' went where they should, at most 20 s; returns where they went, by zone. */
    Map<String, Set<String>> send(Fleet fleet) throws AbandonedException {
        send();
        fleet.holdsWithin("new flows to go where they should", AGREE_SECONDS, this::agree);
        return seen;
    }

    private void send() {
        close();
        sentNs = Captures.nowNs();
        for (Site site : Site.all()) {
            for (int i = 0; i < EACH_SITE; i++) {
                out.add(talks.open(site, FlowName.UDP));
            }
        }
    }

    private boolean agree() {
        Map<String, Set<String>> latest = new TreeMap<>();
        Verdict verdict;
        try {
            verdict = captures.judge(sentNs, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Talk scout : out) {
            latest.computeIfAbsent(scout.site().zone().name(), zone -> new TreeSet<>())
                    .addAll(scout.view(verdict).seenAt());
        }
        boolean strangers = latest.entrySet().stream()
                .anyMatch(zone -> !expected(zone.getKey()).containsAll(zone.getValue()));
        if (strangers) {
            seen.clear();
        }
        latest.forEach((zone, appliances) ->
                seen.computeIfAbsent(zone, z -> new TreeSet<>()).addAll(appliances));
        boolean complete =
                seen.entrySet().stream().allMatch(zone -> zone.getValue().equals(expected(zone.getKey())));
        if (!complete) {
            if (strangers) {
                seen.clear();
            }
            send();
        }
        return complete;
    }

    private Set<String> expected(String zone) {
        return scene.newFlows().getOrDefault(zone, Set.of());
    }

    @Override
    public void close() {
        out.forEach(Talk::close);
        out.clear();
    }
}
