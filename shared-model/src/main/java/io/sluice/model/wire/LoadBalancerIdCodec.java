// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.LoadBalancerId;

/** A load balancer's name as text. */
final class LoadBalancerIdCodec {

    private LoadBalancerIdCodec() {}

    static void write(WireWriter writer, LoadBalancerId balancer) {
        writer.text("load balancer", balancer.name(), WireLimits.ID_BYTES_MAX);
    }

    static LoadBalancerId read(WireReader reader) {
        return new LoadBalancerId(reader.text("load balancer", WireLimits.ID_BYTES_MAX));
    }
}
