// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.ethernet.EthernetFlyweight;
import io.sluice.packet.ethernet.NeighbourAnswer;
import io.sluice.packet.transport.MssClamp;
import io.sluice.packet.transport.PacketTooBig;
import io.sluice.packet.transport.TcpReset;
import java.nio.ByteBuffer;

/** What holds after answering or changing any bytes at all; shared by the fuzz targets and the seeded mutations. */
final class AnswerChecks {
    private static final int MTU = 1_400;
    private static final int MSS = 1_360;
    private static final long OWN_MAC = 0x0200_5E00_5301L;

    private AnswerChecks() {}

    static void checkTcpReset(byte[] bytes) {
        ByteBuffer buffer = Answers.buffer(bytes);
        InnerPacket inner = new InnerPacket();
        if (Answers.parse(inner, buffer, Answers.OFFSET, bytes.length) != DecodeStatus.OK) {
            return;
        }
        int lengthBytes = TcpReset.write(buffer, Answers.OFFSET, inner);
        assertThat(lengthBytes).isBetween(0, bytes.length);
        Answers.assertGuarded(buffer, Answers.OFFSET);
        if (lengthBytes != 0) {
            InnerPacket reset = Answers.assertValid(buffer, Answers.OFFSET, lengthBytes);
            assertThat(reset.tcpFlags() & InnerPacket.RST).isNotZero();
            assertThat(TcpReset.write(buffer, Answers.OFFSET, reset))
                    .as("a reset of a reset")
                    .isZero();
        }
    }

    static void checkPacketTooBig(byte[] bytes) {
        ByteBuffer buffer = Answers.buffer(bytes);
        InnerPacket inner = new InnerPacket();
        if (Answers.parse(inner, buffer, Answers.OFFSET, bytes.length) != DecodeStatus.OK) {
            return;
        }
        long answer = PacketTooBig.write(buffer, Answers.OFFSET, inner, MTU);
        int lengthBytes = PacketTooBig.lengthBytes(answer);
        assertThat(lengthBytes).isBetween(0, bytes.length);
        assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, bytes.length)).isEqualTo(bytes);
        if (lengthBytes == 0) {
            Answers.assertGuarded(buffer, Answers.OFFSET);
            return;
        }
        int offset = PacketTooBig.offset(answer);
        assertThat(Answers.OFFSET - offset).isLessThanOrEqualTo(PacketTooBig.HEADROOM_BYTES);
        Answers.assertGuarded(buffer, offset);
        InnerPacket error = Answers.assertValid(buffer, offset, lengthBytes);
        assertThat(PacketTooBig.write(buffer, offset, error, MTU))
                .as("an error about an error")
                .isZero();
    }

    static void checkMssClamp(byte[] bytes) {
        ByteBuffer buffer = Answers.buffer(bytes);
        InnerPacket inner = new InnerPacket();
        if (Answers.parse(inner, buffer, Answers.OFFSET, bytes.length) != DecodeStatus.OK) {
            return;
        }
        boolean valid = Answers.transportChecksum(buffer, Answers.OFFSET, inner) == 0;
        boolean changed = MssClamp.clamp(buffer, inner, MSS);
        Answers.assertGuarded(buffer, Answers.OFFSET);
        if (changed) {
            assertThat(Answers.transportChecksum(buffer, Answers.OFFSET, inner) == 0)
                    .isEqualTo(valid);
            assertThat(Answers.parse(inner, buffer, Answers.OFFSET, bytes.length))
                    .isEqualTo(DecodeStatus.OK);
            assertThat(MssClamp.clamp(buffer, inner, MSS)).as("a second time").isFalse();
        } else {
            assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, bytes.length)).isEqualTo(bytes);
        }
    }

    static void checkQuotedPacket(byte[] bytes) {
        ByteBuffer buffer = ExactBuffers.direct(bytes);
        InnerPacket inner = new InnerPacket();
        if (Answers.parse(inner, buffer, ExactBuffers.OFFSET, bytes.length) != DecodeStatus.OK) {
            return;
        }
        QuotedPacket quoted = new QuotedPacket();
        if (quoted.parse(buffer, inner)) {
            assertThat(quoted.ipVersion()).isEqualTo(inner.ipVersion());
            assertThat(quoted.sourceHigh()).isEqualTo(inner.destinationHigh());
            assertThat(quoted.sourceLow()).isEqualTo(inner.destinationLow());
            assertThat(quoted.nonFirstFragment() && !quoted.isFragment()).isFalse();
            if (quoted.nonFirstFragment()) {
                assertThat(quoted.sourcePort() | quoted.destinationPort()).isZero();
            }
        }
    }

    static void checkNeighbourAnswer(byte[] bytes) {
        ByteBuffer buffer = Answers.buffer(bytes);
        EthernetFlyweight frame = new EthernetFlyweight();
        boolean whole = frame.parse(buffer, Answers.OFFSET, bytes.length);
        if (whole) {
            assertThat(frame.headerBytes()).isIn(14, 18, 22);
            assertThat(frame.payloadOffset() + frame.payloadLengthBytes()).isEqualTo(Answers.OFFSET + bytes.length);
        }
        int lengthBytes = NeighbourAnswer.answer(buffer, Answers.OFFSET, bytes.length, OWN_MAC);
        assertThat(lengthBytes).isBetween(0, bytes.length);
        Answers.assertGuarded(buffer, Answers.OFFSET);
        if (lengthBytes == 0) {
            assertThat(ExactBuffers.bytes(buffer, Answers.OFFSET, bytes.length)).isEqualTo(bytes);
            return;
        }
        assertThat(whole).isTrue();
        assertThat(frame.parse(buffer, Answers.OFFSET, lengthBytes)).isTrue();
        assertThat(frame.source()).isEqualTo(OWN_MAC);
        if (frame.etherType() == EthernetFlyweight.TYPE_IPV6) {
            Answers.assertValid(buffer, frame.payloadOffset(), frame.payloadLengthBytes());
        }
        assertThat(NeighbourAnswer.answer(buffer, Answers.OFFSET, lengthBytes, OWN_MAC))
                .as("an answer to an answer")
                .isZero();
    }
}
