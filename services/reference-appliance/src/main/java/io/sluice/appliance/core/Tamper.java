// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A way to return a packet wrongly, each breaking one rule of the return (W-3, W-18 to W-21). What is not named stays
 * byte-identical.
 */
public enum Tamper {
    NONE("nothing"),
    OPTION1("option 1 is removed"),
    OPTION2("option 2 is removed"),
    OPTION3("option 3 is removed"),
    COOKIE("all bits of the flow cookie are inverted"),
    ENDPOINT("all bits of the endpoint id are inverted"),
    INNER("the last bit of the inner source address is inverted, the IPv4 header checksum corrected"),
    PORTS("the ports are swapped, as a plain UDP reply would have them"),
    LENGTH("option 1 has 4 bytes of data instead of 8");

    private static final int IPV4_CHECKSUM_OFFSET = 10;
    private static final int IPV4_SOURCE_LAST_WORD_OFFSET = 14;
    private static final int IPV6_SOURCE_LAST_BYTE_OFFSET = 23;

    private final String sentence;

    Tamper(String sentence) {
        this.sentence = sentence;
    }

    /** Text as the control port takes it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
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
     * @return where it begins now: later than 0 where bytes were removed
     */
    public int apply(ByteBuffer datagram, GatewayPacket packet) {
        return switch (this) {
            case NONE, PORTS -> 0;
            case OPTION1 -> remove(datagram, packet.optionOffset(GatewayPacket.ENDPOINT), 12);
            case OPTION2 -> remove(datagram, packet.optionOffset(GatewayPacket.ATTACHMENT), 12);
            case OPTION3 -> remove(datagram, packet.optionOffset(GatewayPacket.COOKIE), 8);
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

    private static void moveSource(ByteBuffer datagram, int innerOffset, boolean ipv4) {
        if (!ipv4) {
            int offset = innerOffset + IPV6_SOURCE_LAST_BYTE_OFFSET;
            datagram.put(offset, (byte) (datagram.get(offset) ^ 1));
            return;
        }
        int wordOffset = innerOffset + IPV4_SOURCE_LAST_WORD_OFFSET;
        int before = datagram.getShort(wordOffset) & 0xFFFF;
        int after = before ^ 1;
        datagram.putShort(wordOffset, (short) after);
        // RFC 1624: HC' = ~(~HC + ~m + m')
        int checksum = datagram.getShort(innerOffset + IPV4_CHECKSUM_OFFSET) & 0xFFFF;
        int sum = (~checksum & 0xFFFF) + (~before & 0xFFFF) + after;
        sum = (sum & 0xFFFF) + (sum >>> 16);
        sum = (sum & 0xFFFF) + (sum >>> 16);
        datagram.putShort(innerOffset + IPV4_CHECKSUM_OFFSET, (short) ~sum);
    }
}
