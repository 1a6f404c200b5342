// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Endpoint;
import io.sluice.model.config.InnerKind;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Vni;
import java.util.List;

/** An endpoint with its attachments. */
final class EndpointCodec {

    private static final int ACCOUNT_BYTES = 12;

    private static final int ATTACHMENT_BYTES = 2 * Integer.BYTES;

    /** Id, VNI, zone, load balancer, number of attachments and one, account, inner kind, quota. */
    static final int BYTES_MIN = Long.BYTES
            + Integer.BYTES
            + ZoneCodec.BYTES_MIN
            + 3
            + Integer.BYTES
            + ATTACHMENT_BYTES
            + 2
            + ACCOUNT_BYTES
            + 1
            + Integer.BYTES;

    static final WireEnum<InnerKind> INNER = new WireEnum<>("inner", List.of(InnerKind.IP, InnerKind.ETHERNET));

    private EndpointCodec() {}

    static void write(WireWriter writer, Endpoint endpoint) {
        writer.i64(endpoint.id().value());
        writer.i32(endpoint.vni().value());
        ZoneCodec.write(writer, endpoint.zone());
        LoadBalancerIdCodec.write(writer, endpoint.loadBalancer());
        writer.list("attachments", endpoint.attachments(), Endpoint.ATTACHMENTS_MAX, EndpointCodec::writeAttachment);
        writer.text("account", endpoint.account(), ACCOUNT_BYTES);
        INNER.write(writer, endpoint.inner());
        writer.i32(endpoint.flowQuota());
    }

    static Endpoint read(WireReader reader) {
        return new Endpoint(
                new EndpointId(reader.i64("endpoint id")),
                new Vni(reader.i32("vni")),
                ZoneCodec.read(reader),
                LoadBalancerIdCodec.read(reader),
                reader.list("attachments", Endpoint.ATTACHMENTS_MAX, ATTACHMENT_BYTES, EndpointCodec::readAttachment),
                reader.text("account", ACCOUNT_BYTES),
                INNER.read(reader),
                reader.i32("flow-quota"));
    }

    private static void writeAttachment(WireWriter writer, Ipv4SocketAddress attachment) {
        writer.i32(attachment.address().bits());
        writer.i32(attachment.port());
    }

    private static Ipv4SocketAddress readAttachment(WireReader reader) {
        return new Ipv4SocketAddress(new Ipv4Address(reader.i32("attachment address")), reader.i32("attachment port"));
    }
}
