// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.geneve.GeneveDatagram;
import io.sluice.packet.geneve.GeneveFlyweight;
import java.nio.ByteBuffer;

/** What holds after decoding any bytes at all; shared by the fuzz tests and the seeded mutation tests. */
final class DecoderChecks {
    private DecoderChecks() {}

    /** Decodes a datagram from a buffer that ends with it, and its inner packet if there is one. */
    static DecodeStatus checkDatagram(GeneveDatagram datagram, byte[] bytes) {
        ByteBuffer buffer = ExactBuffers.direct(bytes);
        DecodeStatus status = datagram.decode(buffer, ExactBuffers.OFFSET, bytes.length);
        if (status == DecodeStatus.OK) {
            int end = ExactBuffers.OFFSET + bytes.length;
            assertThat(datagram.payloadOffset() + datagram.payloadLengthBytes()).isEqualTo(end);
            assertThat(datagram.payloadLengthBytes()).isBetween(0, bytes.length - GeneveFlyweight.HEADER_BYTES);
            InnerPacket inner = new InnerPacket();
            if (inner.parse(buffer, datagram.payloadOffset(), datagram.payloadLengthBytes(), datagram.protocolType())
                    == DecodeStatus.OK) {
                checkBounds(inner, datagram.payloadOffset(), datagram.payloadLengthBytes());
            }
        }
        return status;
    }

    /** Parses bytes as an inner packet of either version. */
    static void checkInner(byte[] bytes) {
        ByteBuffer buffer = ExactBuffers.direct(bytes);
        InnerPacket inner = new InnerPacket();
        for (int type : new int[] {GeneveFlyweight.PROTOCOL_IPV4, GeneveFlyweight.PROTOCOL_IPV6}) {
            DecodeStatus status = inner.parse(buffer, ExactBuffers.OFFSET, bytes.length, type);
            assertThat(status)
                    .isIn(
                            DecodeStatus.OK,
                            DecodeStatus.INNER_TRUNCATED,
                            DecodeStatus.INNER_VERSION_MISMATCH,
                            DecodeStatus.INNER_MALFORMED,
                            DecodeStatus.INNER_EXTENSION_HEADERS);
            if (status == DecodeStatus.OK) {
                checkBounds(inner, ExactBuffers.OFFSET, bytes.length);
            }
        }
    }

    private static void checkBounds(InnerPacket inner, int offset, int lengthBytes) {
        assertThat(inner.totalLengthBytes()).isBetween(20, lengthBytes);
        assertThat(inner.transportOffset()).isBetween(offset + 20, offset + inner.totalLengthBytes());
        assertThat(inner.tcpPayloadBytes()).isBetween(0, offset + inner.totalLengthBytes() - inner.transportOffset());
        assertThat(inner.firstFragment() && inner.nonFirstFragment()).isFalse();
        assertThat(inner.isFragment()).isEqualTo(inner.firstFragment() || inner.nonFirstFragment());
        if (inner.nonFirstFragment()) {
            assertThat(inner.sourcePort() | inner.destinationPort() | inner.tcpFlags())
                    .isZero();
        }
    }
}
