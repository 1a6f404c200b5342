// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Inner packets, and checksums by a second implementation. */
public final class TestPackets {

    /** 10.9.1.2:40000 to 10.9.2.2:443. */
    private static final byte[] IPV4 = {10, 9, 1, 2, 10, 9, 2, 2};

    private TestPackets() {}

    /**
     * A packet to be built.
     *
     * @param ipv4 or IPv6
     * @param tcp or UDP
     * @param flags of TCP
     * @param optionBytes of TCP, a multiple of 4
     */
    public record Kind(boolean ipv4, boolean tcp, int flags, int optionBytes) {

        public int transport() {
            return ipv4 ? 20 : 40;
        }

        public int headersBytes() {
            return transport() + (tcp ? 20 + optionBytes : 8);
        }

        int checksumOffset() {
            return transport() + (tcp ? 16 : 6);
        }
    }

    /** A packet with right checksums; {@code sequence} is also the IPv4 identification's start. */
    public static byte[] packet(Kind kind, int sequence, byte[] payload) {
        int transportBytes = kind.headersBytes() - kind.transport() + payload.length;
        ByteBuffer packet = ByteBuffer.allocate(kind.headersBytes() + payload.length);
        if (kind.ipv4) {
            packet.put((byte) 0x45).put((byte) 0x08).putShort((short) packet.capacity());
            packet.putShort((short) 0xFFFE).putShort((short) 0x4000);
            packet.put((byte) 63)
                    .put((byte) (kind.tcp ? 6 : 17))
                    .putShort((short) 0)
                    .put(IPV4);
        } else {
            packet.putInt(0x6012_3456).putShort((short) transportBytes);
            packet.put((byte) (kind.tcp ? 6 : 17)).put((byte) 63);
            packet.putLong(0xFD00_0001_0000_0000L)
                    .putLong(2)
                    .putLong(0xFD00_0002_0000_0000L)
                    .putLong(2);
        }
        packet.putShort((short) 40_000).putShort((short) 443);
        if (kind.tcp) {
            packet.putInt(sequence).putInt(0x1234_5678);
            packet.put((byte) ((5 + kind.optionBytes / 4) << 4)).put((byte) kind.flags);
            packet.putShort((short) 501).putInt(0);
            byte[] options = new byte[kind.optionBytes];
            Arrays.fill(options, (byte) 1);
            packet.put(options);
        } else {
            packet.putShort((short) transportBytes).putShort((short) 0);
        }
        packet.put(payload);
        byte[] bytes = packet.array();
        complete(bytes, kind);
        return bytes;
    }

    /** Gives a packet the identification of the segment of this number; without effect on IPv6. */
    public static void identify(byte[] packet, Kind kind, int index) {
        if (kind.ipv4) {
            ByteBuffer.wrap(packet).putShort(4, (short) (0xFFFE + index));
            complete(packet, kind);
        }
    }

    /** Writes right checksums. */
    public static void complete(byte[] packet, Kind kind) {
        ByteBuffer buffer = ByteBuffer.wrap(packet);
        if (kind.ipv4) {
            buffer.putShort(10, (short) 0);
            buffer.putShort(10, (short) ~wordSum(packet, 0, 20));
        }
        buffer.putShort(kind.checksumOffset(), (short) 0);
        int sum = add(pseudoSum(packet, kind), wordSum(packet, kind.transport(), packet.length - kind.transport()));
        int checksum = ~sum & 0xFFFF;
        buffer.putShort(kind.checksumOffset(), (short) (checksum == 0 && !kind.tcp ? 0xFFFF : checksum));
    }

    /** Whether a packet's checksums are right. */
    static boolean isIntact(byte[] packet, Kind kind) {
        int sum = add(pseudoSum(packet, kind), wordSum(packet, kind.transport(), packet.length - kind.transport()));
        return sum == 0xFFFF && (!kind.ipv4 || wordSum(packet, 0, 20) == 0xFFFF);
    }

    /** Turns a whole packet into a super-packet as the kernel hands it over, behind its virtio header. */
    public static byte[] superPacket(Kind kind, byte[] packet, int segmentBytes) {
        ByteBuffer all = ByteBuffer.allocate(VirtioHeader.LENGTH_BYTES + packet.length);
        all.put(VirtioHeader.LENGTH_BYTES, packet);
        int virtioKind = !kind.tcp ? 5 : kind.ipv4 ? 1 : 4;
        all.put(0, (byte) 1).put(1, (byte) virtioKind);
        int[] numbers = {kind.headersBytes(), segmentBytes, kind.transport(), kind.checksumOffset() - kind.transport()};
        for (int i = 0; i < numbers.length; i++) {
            all.put(2 + 2 * i, (byte) numbers[i]).put(3 + 2 * i, (byte) (numbers[i] >> 8));
        }
        all.putShort(VirtioHeader.LENGTH_BYTES + kind.checksumOffset(), (short) pseudoSum(packet, kind));
        return all.array();
    }

    private static int pseudoSum(byte[] packet, Kind kind) {
        int addresses = kind.ipv4 ? wordSum(packet, 12, 8) : wordSum(packet, 8, 32);
        return add(add(addresses, kind.tcp ? 6 : 17), packet.length - kind.transport());
    }

    /** The ones' complement sum, word by word. */
    static int wordSum(byte[] bytes, int offset, int length) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            int value = bytes[offset + i] & 0xFF;
            sum = add(sum, i % 2 == 0 ? value << 8 : value);
        }
        return sum;
    }

    private static int add(int first, int second) {
        int sum = first + second;
        return (sum & 0xFFFF) + (sum >> 16);
    }
}
