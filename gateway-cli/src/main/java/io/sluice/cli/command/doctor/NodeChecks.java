// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.StringJoiner;

/** Checks of what the node says. */
final class NodeChecks {

    /** In what a node says of a store that is whole. */
    private static final String NOT_WRITABLE = "may not be written";

    private static final long OFFSET_WARNING_MS = 2_000;
    private static final long OFFSET_BROKEN_MS = 30_000;

    private NodeChecks() {}

    static Finding node(JsonNode readings) {
        JsonNode node = readings.path("node");
        if (!node.path("reachable").asBoolean()) {
            return Finding.broken(
                    node.path("unreachable").asText("does not answer"),
                    "start it with ./sluice run, or name its admin port with --url");
        }
        StringJoiner missing = new StringJoiner(", ");
        node.path("conditions").properties().forEach(condition -> {
            if (!"ok".equals(condition.getValue().asText())) {
                missing.add(condition.getKey() + ": " + condition.getValue().asText());
            }
        });
        if (!node.path("ready").asBoolean()) {
            return Finding.broken(
                    "not ready: " + (missing.length() == 0 ? "it says no reason" : missing),
                    "see the node's log for the conditions named");
        }
        return Finding.ok("ready");
    }

    static Finding clock(JsonNode readings) {
        JsonNode offset = readings.at("/node/offset-ms");
        if (offset.isMissingNode()) {
            return Finding.skipped("the node does not say its time", "compare date on both hosts");
        }
        long ms = offset.asLong();
        String text = String.format(Locale.ROOT, "the node is %+.1f s from here", ms / 1_000.0);
        if (Math.abs(ms) >= OFFSET_BROKEN_MS) {
            return Finding.broken(
                    text, "let chrony or systemd-timesyncd set both clocks; leases and cookies need them");
        }
        if (Math.abs(ms) >= OFFSET_WARNING_MS) {
            return Finding.warning(text, "let chrony or systemd-timesyncd set both clocks");
        }
        return Finding.ok(text);
    }

    static Finding cluster(JsonNode readings) {
        JsonNode nodes = readings.at("/node/nodes");
        if (!nodes.isArray() || nodes.isEmpty()) {
            return Finding.skipped("the node does not say whom it hears", "ask a node with the role control-api");
        }
        int expected = readings.at("/node/expected-members").asInt();
        if (nodes.size() < expected) {
            return Finding.warning(
                    nodes.size() + " of " + expected + " nodes heard",
                    "see whether the others run, and the network between them; a change of the configuration needs more than"
                            + " half. Or correct cluster.expected-members");
        }
        long newest = readings.at("/node/config-revision").asLong();
        StringJoiner behind = new StringJoiner(", ");
        for (JsonNode node : nodes) {
            newest = Math.max(newest, node.path("configRevision").asLong());
        }
        for (JsonNode node : nodes) {
            if (node.path("configRevision").asLong() < newest) {
                behind.add(node.path("id").asText() + " has "
                        + node.path("configRevision").asLong());
            }
        }
        if (behind.length() > 0) {
            return Finding.warning(
                    "revision " + newest + " is not everywhere: " + behind,
                    "look again in a second; if it stays, see the logs of those nodes and the network between them");
        }
        return Finding.ok(nodes.size() + (nodes.size() == 1 ? " node" : " nodes") + ", revision " + newest);
    }

    static Finding store(JsonNode readings) {
        JsonNode store = readings.at("/node/store");
        if (store.isMissingNode()) {
            return Finding.skipped("the node does not say what it keeps", "ask a node with the role control-api");
        }
        if (!store.path("readable").asBoolean()) {
            String problem = store.path("problem").asText("no reason given");
            return Finding.broken(
                    "the store cannot be read: " + problem,
                    problem.contains(NOT_WRITABLE)
                            ? "make it writable again (the kernel mounts a file system read-only after an error): what is kept is there"
                            : "see the node's log; restore the data directory's config from a copy, or move it away and apply"
                                    + " the exported document");
        }
        JsonNode host = readings.at("/host/data-dir");
        if (readings.at("/host/local").asBoolean()
                && host.isObject()
                && !host.path("store").asBoolean()) {
            return Finding.warning(
                    host.path("path").asText() + " has no store: the configuration does not survive a restart",
                    "start the node with --data-dir, and give the same directory here");
        }
        return Finding.ok("newest revision kept: " + store.path("newest").asLong());
    }

    static Finding cookies(JsonNode readings) {
        JsonNode alarms = readings.at("/node/mac-alarms");
        if (alarms.isMissingNode()) {
            return Finding.skipped("the node does not say what targets return", "ask a node with the role ingress");
        }
        if (alarms.asInt() > 0) {
            return Finding.warning(
                    alarms.asInt() + " targets return packets of no flow under cookies that nobody issued",
                    "see return_macs_failed in the node's log: the appliance is not sound, or somebody sends in its"
                            + " name");
        }
        return Finding.ok("no target returns forged cookies");
    }
}
