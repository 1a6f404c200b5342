// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.GatewayModel;

/** The whole configuration; its record checks every reference again after reading. */
final class GatewayModelCodec {

    private GatewayModelCodec() {}

    static void write(WireWriter writer, GatewayModel model) {
        writer.list("zones", model.zones(), WireLimits.MODEL_LIST_MAX, ZoneCodec::write);
        writer.list("target groups", model.targetGroups(), WireLimits.MODEL_LIST_MAX, TargetGroupCodec::write);
        writer.list("load balancers", model.loadBalancers(), WireLimits.MODEL_LIST_MAX, LoadBalancerCodec::write);
        writer.list(
                "endpoint services", model.endpointServices(), WireLimits.MODEL_LIST_MAX, EndpointServiceCodec::write);
        writer.list("endpoints", model.endpoints(), WireLimits.MODEL_LIST_MAX, EndpointCodec::write);
    }

    static GatewayModel read(WireReader reader) {
        return new GatewayModel(
                reader.list("zones", WireLimits.MODEL_LIST_MAX, ZoneCodec.BYTES_MIN, ZoneCodec::read),
                reader.list(
                        "target groups", WireLimits.MODEL_LIST_MAX, TargetGroupCodec.BYTES_MIN, TargetGroupCodec::read),
                reader.list(
                        "load balancers",
                        WireLimits.MODEL_LIST_MAX,
                        LoadBalancerCodec.BYTES_MIN,
                        LoadBalancerCodec::read),
                reader.list(
                        "endpoint services",
                        WireLimits.MODEL_LIST_MAX,
                        EndpointServiceCodec.BYTES_MIN,
                        EndpointServiceCodec::read),
                reader.list("endpoints", WireLimits.MODEL_LIST_MAX, EndpointCodec.BYTES_MIN, EndpointCodec::read));
    }
}
