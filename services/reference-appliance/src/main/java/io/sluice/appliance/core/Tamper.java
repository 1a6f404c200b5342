// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A way to return a packet other than it came. Most break one rule of the return (W-3, W-18 to W-21); those that
 * {@link #mustPass} change what a gateway must not mind. What is not named stays byte-identical.
 */
public enum Tamper {
    NONE(true, "nothing"),
    OPTION1(false, "option 1 is removed"),
    OPTION2(false, "option 2 is removed"),
    OPTION3(false, "option 3 is removed"),
    COOKIE(false, "all bits of the flow cookie are inverted"),
    OTHER_COOKIE(false, "the flow cookie is that of another tuple, the one seen last; unchanged while there is none"),
    OLD_COOKIE(false, "the flow cookie is the one this tuple had before; unchanged while it had no other"),
    ENDPOINT(false, "all bits of the endpoint id are inverted"),
    INNER(false, "the last bit of the inner source address is inverted, the IPv4 header checksum corrected"),
    PORTS(false, "the ports are swapped, as a plain UDP reply would have them"),
    LENGTH(false, "option 1 has 4 bytes of data instead of 8"),
    VNI(true, "the VNI is 0xabcdef instead of 0"),
    ORDER(true, "the options come in the order 3, 2, 1"),
    RESERVED(true, "all reserved bits of the header and of the options are set"),
    TTL(true, "the inner TTL or hop limit is lower by one, the IPv4 header checksum corrected");

    private static final int HEADER_BYTES = 8;
    private static final int LONG_OPTION_BYTES = 12;
    private static final int COOKIE_OPTION_BYTES = 8;
    private static final int VNI_WORD = 0xABCD_EF00;
    private static final int IPV4_TTL_WORD_OFFSET = 8;
    private static final int IPV6_HOP_LIMIT_OFFSET = 7;
    private static final int IPV4_CHECKSUM_OFFSET = 10;
    private static final int IPV4_SOURCE_LAST_WORD_OFFSET = 14;
    private static final int IPV6_SOURCE_LAST_BYTE_OFFSET = 23;

    private final boolean passes;
    private final String sentence;

    Tamper(boolean passes, String sentence) {
        this.passes = passes;
        this.sentence = sentence;
    }

    /** Text as the control port takes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether a gateway must take what was changed so. */
    public boolean mustPass() {
        return passes;
    }

    /** What it does. */
    public String sentence() {
        return sentence;
    }

    /** The way of this name; null where there is none. */
    public static @Nullable Tamper of(String text) {
        for (Tamper tamper : values()) {
            if (tamper != NONE && tamper.text().equals(text)) {
                return tamper;
            }
        }
        return null;
    }

    /** All names, for error messages. */
    static String names() {
        return Arrays.stream(values())
                .filter(tamper -> tamper != NONE)
                .map(Tamper::text)
                .collect(Collectors.joining("|"));
    }

    /**
     * Changes a datagram that begins at index 0.
     *
     * @param cookies has noted the packet
     * @return where it begins now: later than 0 where bytes were removed
     */
    public int apply(ByteBuffer datagram, GatewayPacket packet, CookieMemory cookies) {
        return switch (this) {
            case NONE, PORTS -> 0;
            case OPTION1 -> remove(datagram, packet.optionOffset(GatewayPacket.ENDPOINT), LONG_OPTION_BYTES);
            case OPTION2 -> remove(datagram, packet.optionOffset(GatewayPacket.ATTACHMENT), LONG_OPTION_BYTES);
            case OPTION3 -> remove(datagram, packet.optionOffset(GatewayPacket.COOKIE), COOKIE_OPTION_BYTES);
            case OTHER_COOKIE -> {
                datagram.putInt(packet.dataOffset(GatewayPacket.COOKIE), cookies.other());
                yield 0;
            }
            case OLD_COOKIE -> {
                datagram.putInt(packet.dataOffset(GatewayPacket.COOKIE), cookies.previous());
                yield 0;
            }
            case VNI -> {
                datagram.putInt(4, VNI_WORD | (datagram.get(7) & 0xFF));
                yield 0;
            }
            case ORDER -> {
                reverseOptions(datagram, packet);
                yield 0;
            }
            case RESERVED -> {
                setReserved(datagram, packet.innerOffset());
                yield 0;
            }
            case TTL -> {
                lowerTtl(datagram, packet.innerOffset(), packet.isIpv4());
                yield 0;
            }
            case LENGTH -> {
                datagram.put(packet.optionOffset(GatewayPacket.ENDPOINT) + 3, (byte) 1);
                yield remove(datagram, packet.dataOffset(GatewayPacket.ENDPOINT), 4);
            }
            case COOKIE -> {
                int offset = packet.dataOffset(GatewayPacket.COOKIE);
                datagram.putInt(offset, ~datagram.getInt(offset));
                yield 0;
            }
            case ENDPOINT -> {
                int offset = packet.dataOffset(GatewayPacket.ENDPOINT);
                datagram.putLong(offset, ~datagram.getLong(offset));
                yield 0;
            }
            case INNER -> {
                moveSource(datagram, packet.innerOffset(), packet.isIpv4());
                yield 0;
            }
        };
    }

    /** Takes bytes out of the options: what is before them moves up, and the header says so. */
    private static int remove(ByteBuffer datagram, int offset, int lengthBytes) {
        for (int i = offset - 1; i >= 0; i--) {
            datagram.put(i + lengthBytes, datagram.get(i));
        }
        datagram.put(lengthBytes, (byte) (datagram.get(lengthBytes) - lengthBytes / 4));
        return lengthBytes;
    }

    /** Writes the three options anew, last first; others, which come after them only from odd gateways, stay. */
    private static void reverseOptions(ByteBuffer datagram, GatewayPacket packet) {
        int size = 2 * LONG_OPTION_BYTES + COOKIE_OPTION_BYTES;
        if (packet.innerOffset() != HEADER_BYTES + size) {
            return;
        }
        byte[] reversed = new byte[size];
        datagram.get(packet.optionOffset(GatewayPacket.COOKIE), reversed, 0, COOKIE_OPTION_BYTES);
        datagram.get(packet.optionOffset(GatewayPacket.ATTACHMENT), reversed, COOKIE_OPTION_BYTES, LONG_OPTION_BYTES);
        datagram.get(
                packet.optionOffset(GatewayPacket.ENDPOINT),
                reversed,
                COOKIE_OPTION_BYTES + LONG_OPTION_BYTES,
                LONG_OPTION_BYTES);
        datagram.put(HEADER_BYTES, reversed);
    }

    private static void setReserved(ByteBuffer datagram, int innerOffset) {
        datagram.put(1, (byte) (datagram.get(1) | 0x3F));
        datagram.put(7, (byte) 0xFF);
        for (int offset = HEADER_BYTES; offset < innerOffset; ) {
            int length = datagram.get(offset + 3);
            datagram.put(offset + 3, (byte) (length | 0xE0));
            offset += 4 + (length & 0x1F) * 4;
        }
    }

    private static void lowerTtl(ByteBuffer datagram, int innerOffset, boolean ipv4) {
        if (ipv4) {
            changeWord(datagram, innerOffset, IPV4_TTL_WORD_OFFSET, -0x100);
        } else {
            int offset = innerOffset + IPV6_HOP_LIMIT_OFFSET;
            datagram.put(offset, (byte) (datagram.get(offset) - 1));
        }
    }

    private static void moveSource(ByteBuffer datagram, int innerOffset, boolean ipv4) {
        if (!ipv4) {
            int offset = innerOffset + IPV6_SOURCE_LAST_BYTE_OFFSET;
            datagram.put(offset, (byte) (datagram.get(offset) ^ 1));
            return;
        }
        int last = datagram.getShort(innerOffset + IPV4_SOURCE_LAST_WORD_OFFSET);
        changeWord(datagram, innerOffset, IPV4_SOURCE_LAST_WORD_OFFSET, (last & 1) == 0 ? 1 : -1);
    }

    /** Adds to a word of the IPv4 header and corrects its checksum. */
    private static void changeWord(ByteBuffer datagram, int innerOffset, int wordOffset, int difference) {
        int before = datagram.getShort(innerOffset + wordOffset) & 0xFFFF;
        int after = (before + difference) & 0xFFFF;
        datagram.putShort(innerOffset + wordOffset, (short) after);
        // RFC 1624: HC' = ~(~HC + ~m + m')
        int checksum = datagram.getShort(innerOffset + IPV4_CHECKSUM_OFFSET) & 0xFFFF;
        int sum = (~checksum & 0xFFFF) + (~before & 0xFFFF) + after;
        sum = (sum & 0xFFFF) + (sum >>> 16);
        sum = (sum & 0xFFFF) + (sum >>> 16);
        datagram.putShort(innerOffset + IPV4_CHECKSUM_OFFSET, (short) ~sum);
    }
}
