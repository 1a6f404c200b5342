// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Vni;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an attachment is.
 *
 * @param device name of the TUN device
 * @param vni the endpoint
 * @param gateways the ingress addresses of the nodes to use, the first one preferred; 1 to {@value #GATEWAYS_MAX}, each
 *     once
 * @param local this attachment's address, as the gateway's configuration lists it
 * @param mtuBytes MTU of the device; 0 = by the path to the gateway
 * @param offload whether many packets pass kernel and agent at once, where the kernel can
 * @param queues of the device, each with a thread of its own; 1 to {@value #QUEUES_MAX}
 */
public record AgentSettings(
        String device,
        Vni vni,
        List<Ipv4SocketAddress> gateways,
        Ipv4SocketAddress local,
        int mtuBytes,
        boolean offload,
        int queues) {

    /** Nodes in a list: each is sent five keep-alives a second. */
    public static final int GATEWAYS_MAX = 8;

    /** Queues of a device: more threads than that would only fill one socket. */
    public static final int QUEUES_MAX = 16;

    /** Checks the list and the number, keeps a copy. */
    public AgentSettings {
        gateways = List.copyOf(gateways);
        if (gateways.isEmpty() || gateways.size() > GATEWAYS_MAX) {
            throw new IllegalArgumentException("got " + gateways.size() + " gateways: expected 1 to " + GATEWAYS_MAX);
        }
        if (Set.copyOf(gateways).size() < gateways.size()) {
            throw new IllegalArgumentException("got " + text(gateways) + ": expected each gateway once");
        }
        if (!isNumberOfQueues(queues)) {
            throw new IllegalArgumentException("got " + queues + " queues: expected 1 to " + QUEUES_MAX);
        }
    }

    /** True for as many queues as a device may have. */
    static boolean isNumberOfQueues(int queues) {
        return queues >= 1 && queues <= QUEUES_MAX;
    }

    /** The gateways as options and logs show them. */
    public String gatewaysText() {
        return text(gateways);
    }

    private static String text(List<Ipv4SocketAddress> gateways) {
        return gateways.stream().map(Ipv4SocketAddress::toString).collect(Collectors.joining(","));
    }
}
