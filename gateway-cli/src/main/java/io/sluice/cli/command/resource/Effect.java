// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.cli.CommandFailure;
import io.sluice.cli.client.AdminClient;
import java.util.Set;
import java.util.StringJoiner;

/** What {@code --wait} waits for, no longer than {@code --timeout}. */
public enum Effect {
    /** Every node works with the configuration. */
    EVERYWHERE("until every node works with it") {
        @Override
        public void await(AdminClient client, String path) throws CommandFailure {
            long revision = client.json("v1/nodes").path("configRevision").asLong();
            everywhere(client, revision);
        }
    },
    /** The target takes traffic. */
    HEALTHY("until the target is healthy") {
        @Override
        public void await(AdminClient client, String path) throws CommandFailure {
            state(client, path, Set.of("healthy"));
        }
    },
    /** The target has drained, and is there no more. */
    DRAINED("until the target has drained") {
        @Override
        public void await(AdminClient client, String path) throws CommandFailure {
            client.untilGone(
                    path, target -> path + ": is " + target.path("state").asText() + " still: expected it to be gone");
        }
    },
    /** The endpoint's traffic flows. */
    AVAILABLE("until the endpoint is available") {
        @Override
        public void await(AdminClient client, String path) throws CommandFailure {
            state(client, path, Set.of("available"));
        }
    },
    /** The endpoint's traffic does not flow. */
    REJECTED("until the endpoint is rejected") {
        @Override
        public void await(AdminClient client, String path) throws CommandFailure {
            state(client, path, Set.of("rejected"));
        }
    };

    private static final String UNUSED = "unused";

    private final String words;

    Effect(String words) {
        this.words = words;
    }

    /** For the help. */
    String words() {
        return words;
    }

    /**
     * Waits.
     *
     * @param path route of the resource that was written
     */
    public abstract void await(AdminClient client, String path) throws CommandFailure;

    /** Waits until every node has a revision. */
    public static void everywhere(AdminClient client, long revision) throws CommandFailure {
        client.until(
                "v1/nodes",
                nodes -> behind(nodes, revision).isEmpty(),
                nodes -> "revision " + revision + " is not everywhere yet: " + behind(nodes, revision));
    }

    /** Nodes that work with an older revision. */
    private static String behind(JsonNode answer, long revision) {
        StringJoiner behind = new StringJoiner(", ");
        for (JsonNode node : answer.path("nodes")) {
            if (node.path("configRevision").asLong() < revision) {
                behind.add(node.path("id").asText());
            }
        }
        return behind.toString();
    }

    private static void state(AdminClient client, String path, Set<String> wanted) throws CommandFailure {
        client.until(
                path,
                resource -> wanted.contains(resource.path("state").asText()),
                resource -> path + ": is " + resource.path("state").asText() + " still: expected "
                        + String.join(" or ", wanted));
    }
}
