// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.client.AdminClient;
import io.sluice.cli.client.Answer;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a node. What it does not say is left out. */
final class NodeReadings {

    private static final Pattern TRANSPORT =
            Pattern.compile("(?m)^sluice_transport\\{[^}]*transport=\"([a-z_-]+)\"[^}]*} 1");

    private static final Pattern MAC_ALARMS = Pattern.compile("(?m)^sluice_return_mac_alarms(?:\\{[^}]*})? ([0-9]+)");

    /** A header's time has no fractions: half of what is lost by that. */
    private static final long HALF_SECOND_MS = 500;

    private static final int OK = 200;
    private static final int SERVER_ERROR = 500;
    private static final int NOT_BUILT = 501;

    private final AdminClient client;

    NodeReadings(AdminClient client) {
        this.client = client;
    }

    ObjectNode take() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        try {
            readiness(node);
        } catch (CommandFailure unreachable) {
            node.put("reachable", false);
            node.put("unreachable", String.valueOf(unreachable.getMessage()));
            return node;
        }
        left(() -> nodes(node));
        left(() -> mtu(node));
        left(() -> store(node));
        left(() -> metrics(node));
        return node;
    }

    /** Something to ask. */
    @FunctionalInterface
    private interface Question {
        void ask() throws CommandFailure;
    }

    private static void left(Question question) {
        try {
            question.ask();
        } catch (CommandFailure notSaid) {
            // a check says that it is absent
        }
    }

    private void readiness(ObjectNode node) throws CommandFailure {
        long beganMs = System.currentTimeMillis();
        Answer answer = client.get("readyz");
        long endedMs = System.currentTimeMillis();
        JsonNode report = answer.json();
        node.put("reachable", report.has("ready"));
        node.put("ready", report.path("ready").asBoolean());
        node.set("conditions", report.path("conditions"));
        if (!report.has("ready")) {
            node.put("unreachable", client.base() + " is no gateway's admin port: HTTP " + answer.status());
        }
        try {
            if (!answer.date().isEmpty()) {
                long there = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(answer.date()))
                        .toEpochMilli();
                node.put("offset-ms", there + HALF_SECOND_MS - (beganMs + endedMs) / 2);
            }
        } catch (DateTimeParseException notADate) {
            node.remove("offset-ms");
        }
    }

    private void nodes(ObjectNode node) throws CommandFailure {
        JsonNode answer = client.json("v1/nodes");
        node.set("nodes", answer.path("nodes"));
        node.set("config-revision", answer.path("configRevision"));
        if (answer.has("expectedMembers")) {
            node.set("expected-members", answer.path("expectedMembers"));
        }
    }

    private void mtu(ObjectNode node) throws CommandFailure {
        int largest = 0;
        for (JsonNode balancer : client.json("v1/load-balancers?limit=1000").path("load-balancers")) {
            largest = Math.max(largest, balancer.at("/packets/mtu").asInt());
        }
        if (largest > 0) {
            node.put("mtu", largest);
        }
    }

    private void store(ObjectNode node) throws CommandFailure {
        Answer answer = client.get("v1/config/revisions?limit=1");
        if ((answer.status() < SERVER_ERROR && answer.status() != OK) || answer.status() == NOT_BUILT) {
            return; // another role, or another token is wanted: nothing is known
        }
        ObjectNode store = node.putObject("store");
        store.put("readable", answer.status() == OK);
        if (answer.status() == OK) {
            store.set("newest", answer.json().at("/revisions/0/revision"));
        } else {
            store.put("problem", answer.json().path("detail").asText());
        }
    }

    private void metrics(ObjectNode node) throws CommandFailure {
        String metrics = client.text("metrics");
        Matcher transport = TRANSPORT.matcher(metrics);
        if (transport.find()) {
            node.put("transport", transport.group(1));
        }
        Matcher alarms = MAC_ALARMS.matcher(metrics);
        if (alarms.find()) {
            node.put("mac-alarms", Integer.parseInt(alarms.group(1)));
        }
    }
}
