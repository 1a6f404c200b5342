// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Target;
import io.sluice.model.id.Ipv4SocketAddress;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of the node itself, which nothing in its configuration may send packets to (W-4).
 *
 * @param appliances those that appliances answer to
 * @param ingress the one that endpoints send to; null where the node has none
 */
record OwnAddresses(
        Collection<Ipv4SocketAddress> appliances, @Nullable Ipv4SocketAddress ingress) {

    /** What is wrong with a target: it is the node itself. */
    Optional<String> refusal(Target target) {
        return appliances.stream().anyMatch(address -> address.address().equals(target.address()))
                ? Optional.of("target " + target.id() + " has this node's own address of appliances: node and target"
                        + " cannot share one (W-4)")
                : Optional.empty();
    }

    /** What is wrong with an endpoint: one of its attachments is the node itself. */
    Optional<String> refusal(Endpoint endpoint) {
        return ingress != null && endpoint.attachments().contains(ingress)
                ? Optional.of("endpoint " + endpoint.id() + " has this node's own ingress address " + ingress
                        + " as an attachment: its packets would come back for ever")
                : Optional.empty();
    }

    /** Makes problems of what is wrong in a whole model. */
    void refuse(YamlMapping top, GatewayModel model) {
        model.targetGroups().stream()
                .flatMap(group -> group.targets().stream())
                .flatMap(target -> refusal(target).stream())
                .forEach(refusal -> top.problem("target-groups", refusal));
        model.endpoints().stream()
                .flatMap(endpoint -> refusal(endpoint).stream())
                .forEach(refusal -> top.problem("endpoints", refusal));
    }
}
