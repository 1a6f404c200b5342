// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.core.TestPackets.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a super-packet becomes. That the kernel makes the very same of it, {@code SegmentationKernelIT} shows. */
class PacketSegmenterTest {

    private static final int ACK = 0x10;
    private static final int ACK_PSH_FIN_CWR = 0x99;
    private static final int ROOM = 16;

    record Case(String name, Kind kind, int payloadBytes, int segmentBytes, int count) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("IPv4, last shorter", new Kind(true, true, ACK, 12), 3_000, 1_380, 3),
                new Case("IPv4, all equal", new Kind(true, true, ACK, 0), 2_760, 1_380, 2),
                new Case("IPv4, one segment", new Kind(true, true, ACK, 0), 1_000, 1_380, 1),
                new Case("IPv4, flags of the ends", new Kind(true, true, ACK_PSH_FIN_CWR, 12), 4_001, 1_001, 4),
                new Case("IPv4, one odd byte last", new Kind(true, true, ACK, 40), 2_001, 1_000, 3),
                new Case("IPv4, as much as fits", new Kind(true, true, ACK, 12), 65_483, 1_380, 48),
                new Case("IPv4, segments of one byte", new Kind(true, true, ACK, 0), 300, 1, 300),
                new Case("IPv6", new Kind(false, true, ACK_PSH_FIN_CWR, 12), 9_999, 8_428, 2),
                new Case("UDP over IPv4", new Kind(true, false, 0, 0), 4_500, 1_200, 4),
                new Case("UDP over IPv6", new Kind(false, false, 0, 0), 2_401, 1_200, 3));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cutsIntoPacketsWithHeadersOfTheirOwn(Case row) {
        byte[] payload = payload(row.payloadBytes);
        byte[] whole = TestPackets.packet(row.kind, 0xFFFF_FF00, payload);
        List<byte[]> packets = cut(TestPackets.superPacket(row.kind, whole, row.segmentBytes));
        assertThat(packets).hasSize(row.count);
        for (int i = 0; i < row.count; i++) {
            int from = i * row.segmentBytes;
            int length = Math.min(row.segmentBytes, row.payloadBytes - from);
            byte[] part = new byte[length];
            System.arraycopy(payload, from, part, 0, length);
            int flags = row.kind.flags();
            flags &= i < row.count - 1 ? ~0x09 : ~0;
            flags &= i > 0 ? ~0x80 : ~0;
            Kind kind = new Kind(row.kind.ipv4(), row.kind.tcp(), flags, row.kind.optionBytes());
            byte[] expected = TestPackets.packet(kind, 0xFFFF_FF00 + from, part);
            TestPackets.identify(expected, kind, i);
            assertThat(packets.get(i)).as("packet %s", i).isEqualTo(expected);
        }
    }

    @Test
    void completesTheChecksumOfAPacketThatPassesWhole() {
        for (Kind kind : List.of(new Kind(true, true, ACK, 12), new Kind(false, false, 0, 0))) {
            byte[] whole = TestPackets.packet(kind, 7, payload(333));
            byte[] handedOver = TestPackets.superPacket(kind, whole, 0);
            handedOver[1] = 0;
            assertThat(cut(handedOver)).singleElement().isEqualTo(whole);
        }
    }

    @Test
    void datagramWhoseChecksumComesToZeroSaysSoByOnes() {
        Kind kind = new Kind(true, false, 0, 0);
        byte[] whole = TestPackets.packet(kind, 0, new byte[2]);
        // the payload becomes the checksum, so that what is left to write is zero
        System.arraycopy(whole, 26, whole, 28, 2);
        byte[] handedOver = TestPackets.superPacket(kind, whole, 0);
        handedOver[1] = 0;
        byte[] packet = cut(handedOver).getFirst();
        assertThat(packet[26]).isEqualTo((byte) 0xFF);
        assertThat(packet[27]).isEqualTo((byte) 0xFF);
        assertThat(TestPackets.isIntact(packet, kind)).isTrue();
    }

    @Test
    void packetWithoutVirtioHeaderIsLeftAlone() {
        byte[] whole = TestPackets.packet(new Kind(true, true, ACK, 0), 7, payload(10));
        ByteBuffer buffer = ByteBuffer.wrap(whole.clone());
        PacketSegmenter segmenter = new PacketSegmenter(buffer);
        assertThat(segmenter.open(PacketSegmenter.NO_VIRTIO_HEADER, 0, whole.length))
                .isEqualTo(1);
        assertThat(segmenter.headersBytes()).isZero();
        assertThat(buffer.array()).isEqualTo(whole);
    }

    @Test
    void whateverTheVirtioHeaderSaysNothingThrowsAndWhatDoesNotFitIsDropped() {
        long seed = 8926;
        Random random = new Random(seed);
        byte[] original = TestPackets.superPacket(
                new Kind(true, true, ACK, 12), TestPackets.packet(new Kind(true, true, ACK, 12), 1, payload(500)), 100);
        int dropped = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = original.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(64)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length - 10) : bytes.length - 10;
            ByteBuffer exact = ByteBuffer.allocate(10 + length).put(0, bytes, 0, 10 + length);
            PacketSegmenter segmenter = new PacketSegmenter(exact);
            int count = segmenter.open(0, 10, length);
            if (count < 0) {
                assertThat(TunnelHeader.dropReason(count)).isEqualTo(AgentDropReason.DEVICE_OFFLOAD_MALFORMED);
                dropped++;
                continue;
            }
            ByteBuffer headers = ByteBuffer.allocate(PacketSegmenter.HEADERS_BYTES_MAX);
            for (int i = 0; i < count && segmenter.headersBytes() > 0; i++) {
                segmenter.writeHeaders(i, headers, 0);
                assertThat(segmenter.payloadOffset(i) + segmenter.payloadBytes(i))
                        .as("seed %s round %s", seed, round)
                        .isLessThanOrEqualTo(10 + length);
            }
        }
        assertThat(dropped).isBetween(1_000, 49_000);
    }

    static byte[] payload(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return payload;
    }

    /** The packets of what the device handed over, the first one's headers written in place. */
    static List<byte[]> cut(byte[] handedOver) {
        int packet = ROOM + VirtioHeader.LENGTH_BYTES;
        ByteBuffer buffer = ByteBuffer.allocateDirect(ROOM + handedOver.length).put(ROOM, handedOver);
        PacketSegmenter segmenter = new PacketSegmenter(buffer);
        int length = handedOver.length - VirtioHeader.LENGTH_BYTES;
        int count = segmenter.open(ROOM, packet, length);
        List<byte[]> packets = new ArrayList<>();
        if (segmenter.headersBytes() == 0) {
            byte[] whole = new byte[length];
            buffer.get(packet, whole);
            return List.of(whole);
        }
        ByteBuffer headers = ByteBuffer.allocateDirect(PacketSegmenter.HEADERS_BYTES_MAX);
        for (int i = 0; i < count; i++) {
            ByteBuffer to = i == 0 ? buffer : headers;
            int at = i == 0 ? packet : 0;
            segmenter.writeHeaders(i, to, at);
            byte[] one = new byte[segmenter.headersBytes() + segmenter.payloadBytes(i)];
            to.get(at, one, 0, segmenter.headersBytes());
            buffer.get(segmenter.payloadOffset(i), one, segmenter.headersBytes(), segmenter.payloadBytes(i));
            packets.add(one);
        }
        return packets;
    }
}
