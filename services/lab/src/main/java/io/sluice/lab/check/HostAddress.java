// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Comparator;

/** An IPv4 or IPv6 address as a value that is cheap to compare; IPv4 is kept in the low 32 bits. */
public record HostAddress(boolean ipv6, long high, long low) implements Comparable<HostAddress> {
    private static final Comparator<HostAddress> ORDER = Comparator.comparing(HostAddress::ipv6)
            .thenComparing(HostAddress::high, Long::compareUnsigned)
            .thenComparing(HostAddress::low, Long::compareUnsigned);

    static HostAddress readIpv4(ByteBuffer packet, int offset) {
        return new HostAddress(false, 0, Integer.toUnsignedLong(packet.getInt(offset)));
    }

    static HostAddress readIpv6(ByteBuffer packet, int offset) {
        return new HostAddress(true, packet.getLong(offset), packet.getLong(offset + 8));
    }

    /** Parses a literal; never asks a name server. */
    public static HostAddress of(String literal) {
        ByteBuffer bytes = ByteBuffer.wrap(InetAddress.ofLiteral(literal).getAddress());
        return bytes.limit() == 4 ? readIpv4(bytes, 0) : readIpv6(bytes, 0);
    }

    @Override
    public int compareTo(HostAddress other) {
        return ORDER.compare(this, other);
    }

    /** The address as RFC 5952 writes it (for IPv6, with the longest run of zeros shortened). */
    @Override
    public String toString() {
        if (!ipv6) {
            return (low >>> 24) + "." + ((low >>> 16) & 0xff) + "." + ((low >>> 8) & 0xff) + "." + (low & 0xff);
        }
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < 8; i++) {
            int length = 0;
            while (i + length < 8 && group(bytes, i + length) == 0) {
                length++;
            }
            if (length > runLength) {
                runStart = i;
                runLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(bytes, i)));
        }
        return text.toString();
    }

    private static int group(byte[] bytes, int index) {
        return ((bytes[2 * index] & 0xff) << 8) | (bytes[2 * index + 1] & 0xff);
    }
}
