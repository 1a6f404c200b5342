// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddress;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * What several nodes answered to one question, and who did not answer well.
 *
 * @param answers in the order the nodes were asked
 * @param nodes who gave them, in that order
 * @param missing nodes that were asked and are not among the answers, in that order
 */
record Gathered<R>(List<R> answers, List<NodeId> nodes, List<NodeId> missing) {

    private static final String NODES = "nodes";
    private static final String MISSING = "missing";

    Gathered {
        answers = List.copyOf(answers);
        nodes = List.copyOf(nodes);
        missing = List.copyOf(missing);
    }

    /**
     * Asks nodes at the same time.
     *
     * @return completes when each has answered, or failed by the address's deadline; never fails
     */
    static <Q, R> Future<Gathered<R>> from(List<NodeId> nodes, TypedBus bus, BusAddress<Q, R> address, Q question) {
        List<Future<R>> asked = nodes.stream()
                .map(node -> bus.request(address.at(node), question))
                .toList();
        return Future.join(asked).transform(done -> Future.succeededFuture(sorted(nodes, asked)));
    }

    private static <R> Gathered<R> sorted(List<NodeId> nodes, List<Future<R>> asked) {
        List<R> answers = new ArrayList<>();
        List<NodeId> answered = new ArrayList<>();
        List<NodeId> missing = new ArrayList<>();
        for (int index = 0; index < asked.size(); index++) {
            Future<R> answer = asked.get(index);
            if (answer.succeeded()) {
                answers.add(answer.result());
                answered.add(nodes.get(index));
            } else {
                missing.add(nodes.get(index));
            }
        }
        return new Gathered<>(answers, answered, missing);
    }

    /** Adds to an answer which nodes it is from, and which are missing: zeros of nobody are no zeros. */
    JsonObject sign(JsonObject body) {
        return body.put(NODES, names(nodes)).put(MISSING, names(missing));
    }

    private static JsonArray names(List<NodeId> nodes) {
        JsonArray names = new JsonArray();
        nodes.forEach(node -> names.add(node.value()));
        return names;
    }
}
