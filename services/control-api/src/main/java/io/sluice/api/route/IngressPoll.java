// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.ClusterView;
import io.sluice.bus.TypedBus;
import io.sluice.model.address.BusAddress;
import io.sluice.model.id.NodeId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;

/**
 * What every ingress node answered to one question.
 *
 * @param replies of those that answered, in order of their ids
 * @param missing those that did not, in order of their ids
 */
record IngressPoll<R>(List<R> replies, List<NodeId> missing) {

    /** Asks the nodes heard lately; completes when each has answered or its deadline is over, and never fails. */
    static <Q, R> Future<IngressPoll<R>> ask(TypedBus bus, ClusterView cluster, BusAddress<Q, R> address, Q question) {
        List<NodeId> nodes = cluster.ingressNodes();
        List<Future<R>> asked = nodes.stream()
                .map(node -> bus.request(address.at(node), question))
                .toList();
        return Future.join(asked).transform(ignored -> {
            List<R> replies = new ArrayList<>();
            List<NodeId> missing = new ArrayList<>();
            for (int i = 0; i < asked.size(); i++) {
                if (asked.get(i).succeeded()) {
                    replies.add(asked.get(i).result());
                } else {
                    missing.add(nodes.get(i));
                }
            }
            return Future.succeededFuture(new IngressPoll<>(replies, missing));
        });
    }

    /** The silent nodes' ids, for an answer. */
    JsonArray missingIds() {
        JsonArray ids = new JsonArray();
        missing.forEach(node -> ids.add(node.value()));
        return ids;
    }
}
