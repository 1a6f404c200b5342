// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.message.LinkHello;
import java.util.List;

/** Node, boot, zone, side, address and port, clock, seal. */
final class LinkHelloCodec extends WireCodec<LinkHello> {

    private static final int VERSION = 1;

    static final WireEnum<LinkHello.Side> SIDE =
            new WireEnum<>("side", List.of(LinkHello.Side.INGRESS, LinkHello.Side.CODEC));

    LinkHelloCodec() {
        super(LinkHello.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, LinkHello message) {
        NodeIdCodec.write(writer, "node", message.node());
        writer.i64(message.bootId());
        ZoneCodec.write(writer, message.zone());
        SIDE.write(writer, message.side());
        writer.i32(message.address().address().bits());
        writer.i32(message.address().port());
        writer.i64(message.clockMs());
        writer.i64(message.sealHigh());
        writer.i64(message.sealLow());
    }

    @Override
    LinkHello readFields(WireReader reader, int foundVersion) {
        return new LinkHello(
                NodeIdCodec.read(reader, "node"),
                reader.i64("boot id"),
                ZoneCodec.read(reader),
                SIDE.read(reader),
                new Ipv4SocketAddress(new Ipv4Address(reader.i32("address")), reader.i32("port")),
                reader.i64("clock"),
                reader.i64("seal"),
                reader.i64("seal"));
    }
}
