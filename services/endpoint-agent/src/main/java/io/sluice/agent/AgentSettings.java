// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Vni;

/**
 * What an attachment is.
 *
 * @param device name of the TUN device
 * @param vni the endpoint
 * @param gateway the ingress address
 * @param local this attachment's address, as the gateway's configuration lists it
 * @param mtuBytes MTU of the device; 0 = by the path to the gateway
 * @param offload whether many packets pass kernel and agent at once, where the kernel can
 */
public record AgentSettings(
        String device, Vni vni, Ipv4SocketAddress gateway, Ipv4SocketAddress local, int mtuBytes, boolean offload) {}
