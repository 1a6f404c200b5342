// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Admission;
import io.sluice.model.config.Backing;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.InnerKind;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.EndpointServiceId;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.Vni;
import java.util.List;

/** An endpoint with its attachments. */
final class EndpointCodec {

    private static final int ACCOUNT_BYTES = 12;

    private static final int OF_SERVICE = 1;

    private static final int OF_BALANCER = 2;

    private static final int ATTACHMENT_BYTES = 2 * Integer.BYTES;

    /**
     * Id, VNI, zone, kind and name of what it leads to, number of attachments and one, account, inner kind, quota, address
     * type, admission, number of tags.
     */
    static final int BYTES_MIN = Long.BYTES
            + Integer.BYTES
            + ZoneCodec.BYTES_MIN
            + 1
            + 3
            + Integer.BYTES
            + ATTACHMENT_BYTES
            + 2
            + ACCOUNT_BYTES
            + 1
            + Integer.BYTES
            + 2
            + Integer.BYTES;

    static final WireEnum<InnerKind> INNER = new WireEnum<>("inner", List.of(InnerKind.IP, InnerKind.ETHERNET));

    static final WireEnum<Admission> ADMISSION = new WireEnum<>(
            "connection", List.of(Admission.UNDECIDED, Admission.PENDING, Admission.ACCEPTED, Admission.REJECTED));

    private EndpointCodec() {}

    static void write(WireWriter writer, Endpoint endpoint) {
        writer.i64(endpoint.id().value());
        writer.i32(endpoint.vni().value());
        ZoneCodec.write(writer, endpoint.zone());
        writeBacking(writer, endpoint.backing());
        writer.list("attachments", endpoint.attachments(), Endpoint.ATTACHMENTS_MAX, EndpointCodec::writeAttachment);
        writer.text("account", endpoint.account(), ACCOUNT_BYTES);
        INNER.write(writer, endpoint.inner());
        writer.i32(endpoint.flowQuota());
        LoadBalancerCodec.IP_ADDRESS_TYPE.write(writer, endpoint.ipAddressType());
        ADMISSION.write(writer, endpoint.admission());
        TagsCodec.write(writer, endpoint.tags());
    }

    static Endpoint read(WireReader reader) {
        return new Endpoint(
                new EndpointId(reader.i64("endpoint id")),
                new Vni(reader.i32("vni")),
                ZoneCodec.read(reader),
                readBacking(reader),
                reader.list("attachments", Endpoint.ATTACHMENTS_MAX, ATTACHMENT_BYTES, EndpointCodec::readAttachment),
                reader.text("account", ACCOUNT_BYTES),
                INNER.read(reader),
                reader.i32("flow-quota"),
                LoadBalancerCodec.IP_ADDRESS_TYPE.read(reader),
                ADMISSION.read(reader),
                TagsCodec.read(reader));
    }

    private static void writeBacking(WireWriter writer, Backing backing) {
        switch (backing) {
            case Backing.Service(EndpointServiceId id) -> {
                writer.u8(OF_SERVICE);
                writer.text("endpoint service", id.name(), WireLimits.ID_BYTES_MAX);
            }
            case Backing.Balancer(LoadBalancerId id) -> {
                writer.u8(OF_BALANCER);
                LoadBalancerIdCodec.write(writer, id);
            }
        }
    }

    private static Backing readBacking(WireReader reader) {
        int kind = reader.u8("backing");
        return switch (kind) {
            case OF_SERVICE ->
                new Backing.Service(new EndpointServiceId(reader.text("endpoint service", WireLimits.ID_BYTES_MAX)));
            case OF_BALANCER -> new Backing.Balancer(LoadBalancerIdCodec.read(reader));
            default -> throw reader.wrong("code " + kind + ": expected 1 or 2");
        };
    }

    private static void writeAttachment(WireWriter writer, Ipv4SocketAddress attachment) {
        writer.i32(attachment.address().bits());
        writer.i32(attachment.port());
    }

    private static Ipv4SocketAddress readAttachment(WireReader reader) {
        return new Ipv4SocketAddress(new Ipv4Address(reader.i32("attachment address")), reader.i32("attachment port"));
    }
}
