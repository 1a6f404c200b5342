// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.metric.PacketPlace;

/**
 * An address and port that every shard of a node has a socket at.
 *
 * @param address where
 * @param place what comes there counts as
 */
public record SharedAddress(Ipv4SocketAddress address, PacketPlace place) {}
