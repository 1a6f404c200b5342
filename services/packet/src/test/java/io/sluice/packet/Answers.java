// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.GoldenPacket;
import io.sluice.testkit.GoldenPackets;
import io.sluice.testkit.Hex;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/** What holds for every packet the gateway makes, and how a test asks for one. */
public final class Answers {
    /** Room before a packet: what the largest answer needs, and some bytes that nobody may touch. */
    public static final int OFFSET = 64;

    private static final byte GUARD = (byte) 0xA5;
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;

    private Answers() {}

    /** A request and the answer that an independent implementation gives it. */
    public static final class Pair {
        private final GoldenPacket request;
        private final GoldenPacket answer;

        private Pair(GoldenPacket request) {
            this.request = request;
            this.answer = GoldenPackets.load("answer", request.name());
        }

        /** What comes in, a new copy. */
        public byte[] request() {
            return request.bytes();
        }

        /** What must come of it, a new copy. */
        public byte[] answer() {
            return answer.bytes();
        }

        @Override
        public String toString() {
            return request.name();
        }
    }

    /** The golden pairs whose names begin so. */
    public static Stream<Pair> golden(String prefix) {
        return GoldenPackets.all("request").stream()
                .filter(request -> request.name().startsWith(prefix))
                .map(Pair::new);
    }

    /** A direct buffer with guard bytes, then the packet at {@link #OFFSET}, and nothing behind. */
    public static ByteBuffer buffer(byte[] packet) {
        return buffer(packet, OFFSET);
    }

    /** A direct buffer with guard bytes, then the packet, and nothing behind. */
    public static ByteBuffer buffer(byte[] packet, int offset) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(offset + packet.length);
        for (int at = 0; at < offset; at++) {
            buffer.put(at, GUARD);
        }
        return buffer.put(offset, packet);
    }

    /** That the bytes before an index are as they were made. */
    public static void assertGuarded(ByteBuffer buffer, int end) {
        for (int at = 0; at < end; at++) {
            assertThat(buffer.get(at)).as("byte %d", at).isEqualTo(GUARD);
        }
    }

    /** Parses a packet that lies in the buffer, of the version that its first nibble says. */
    public static DecodeStatus parse(InnerPacket inner, ByteBuffer buffer, int offset, int lengthBytes) {
        int version = lengthBytes == 0 ? 4 : (buffer.get(offset) & 0xF0) >>> 4;
        return inner.parse(buffer, offset, lengthBytes, version == 6 ? 0x86DD : 0x0800);
    }

    /** Parses a packet that must be good. */
    public static InnerPacket parsed(ByteBuffer buffer, int offset, int lengthBytes) {
        InnerPacket inner = new InnerPacket();
        assertThat(parse(inner, buffer, offset, lengthBytes)).isEqualTo(DecodeStatus.OK);
        return inner;
    }

    /** That a packet parses, fills its length and has right checksums; returns it parsed. */
    public static InnerPacket assertValid(ByteBuffer buffer, int offset, int lengthBytes) {
        InnerPacket inner = parsed(buffer, offset, lengthBytes);
        String hex = Hex.dump(ExactBuffers.bytes(buffer, offset, lengthBytes));
        assertThat(inner.totalLengthBytes()).as(hex).isEqualTo(lengthBytes);
        if (inner.ipVersion() == 4) {
            assertThat(Checksums.internet(buffer, offset, inner.transportOffset() - offset))
                    .as("header checksum of%n%s", hex)
                    .isZero();
        }
        assertThat(transportChecksum(buffer, offset, inner))
                .as("checksum of%n%s", hex)
                .isZero();
        return inner;
    }

    /** 0 where the transport's checksum is right. */
    public static int transportChecksum(ByteBuffer buffer, int offset, InnerPacket inner) {
        int protocol = inner.protocol();
        int at = inner.transportOffset();
        int lengthBytes = inner.endOffset() - at;
        return switch (protocol) {
            case ICMP -> Checksums.internet(buffer, at, lengthBytes);
            case TCP, UDP, ICMPV6 ->
                inner.ipVersion() == 4
                        ? Checksums.overIpv4(buffer, offset, protocol, at, lengthBytes)
                        : Checksums.overIpv6(buffer, offset, protocol, at, lengthBytes);
            default -> 0;
        };
    }
}
