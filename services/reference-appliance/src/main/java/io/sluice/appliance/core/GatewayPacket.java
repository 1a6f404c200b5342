// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A packet from the gateway: GENEVE header, the three options of class 0x0108 in any order, the inner packet.
 *
 * <p><b>Threading</b>: one thread; an instance is used again for every packet. <b>Errors</b>: {@link #parse} never throws
 * for what a datagram contains. Bytes are read by absolute index.
 */
public final class GatewayPacket {

    /** Option type of the endpoint id. */
    public static final int ENDPOINT = 1;

    /** Option type of the attachment id. */
    public static final int ATTACHMENT = 2;

    /** Option type of the flow cookie. */
    public static final int COOKIE = 3;

    private static final int HEADER_BYTES = 8;
    private static final int OPTION_HEADER_BYTES = 4;
    private static final int OPTION_CLASS_AMAZON = 0x0108;
    private static final int CRITICAL = 0x80;
    private static final int PROTOCOL_IPV4 = 0x0800;
    private static final int PROTOCOL_IPV6 = 0x86DD;
    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private static final Violation[] VIOLATIONS = Violation.values();

    private final int[] optionOffset = new int[COOKIE + 1];
    private int remarks;
    private int innerOffset;
    private boolean ipv4;
    private long endpointId;
    private int cookie;
    private int protocol;
    private int sourcePort;
    private int destinationPort;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /** An empty instance: {@link #parse} fills it. */
    public GatewayPacket() {}

    /**
     * Reads and checks a datagram that begins at index 0.
     *
     * @return why it must be dropped, or null where it may be returned; {@link #remark} names lesser violations
     */
    public @Nullable Violation parse(ByteBuffer datagram, int lengthBytes) {
        remarks = 0;
        if (lengthBytes < HEADER_BYTES) {
            return Violation.TRUNCATED;
        }
        int first = datagram.get(0) & 0xFF;
        int flags = datagram.get(1) & 0xFF;
        if (first >>> 6 != 0) {
            return Violation.VERSION;
        }
        innerOffset = HEADER_BYTES + (first & 0x3F) * 4;
        if (innerOffset > lengthBytes) {
            return Violation.TRUNCATED;
        }
        if ((flags & 0x80) != 0) {
            return Violation.CONTROL_PACKET;
        }
        int protocolType = datagram.getShort(2) & 0xFFFF;
        if (protocolType != PROTOCOL_IPV4 && protocolType != PROTOCOL_IPV6) {
            return Violation.PROTOCOL_TYPE;
        }
        ipv4 = protocolType == PROTOCOL_IPV4;
        if ((datagram.getInt(4) & 0xFFFF_FF00) != 0) {
            remark(Violation.VNI_NOT_ZERO);
        }
        if ((flags & 0x3F) != 0 || datagram.get(7) != 0) {
            remark(Violation.RESERVED_BITS);
        }
        if ((flags & 0x40) != 0) {
            remark(Violation.CRITICAL_BIT);
        }
        Violation violation = parseOptions(datagram);
        return violation != null ? violation : parseInner(datagram, lengthBytes);
    }

    private @Nullable Violation parseOptions(ByteBuffer datagram) {
        optionOffset[ENDPOINT] = 0;
        optionOffset[ATTACHMENT] = 0;
        optionOffset[COOKIE] = 0;
        int offset = HEADER_BYTES;
        while (offset < innerOffset) {
            int type = datagram.get(offset + 2) & 0xFF;
            int lengthByte = datagram.get(offset + 3) & 0xFF;
            int dataBytes = (lengthByte & 0x1F) * 4;
            if (offset + OPTION_HEADER_BYTES + dataBytes > innerOffset) {
                return Violation.OPTIONS_OVERRUN;
            }
            if ((lengthByte & 0xE0) != 0) {
                remark(Violation.RESERVED_BITS);
            }
            if ((datagram.getShort(offset) & 0xFFFF) == OPTION_CLASS_AMAZON && type >= ENDPOINT && type <= COOKIE) {
                if (dataBytes != (type == COOKIE ? 4 : 8)) {
                    return Violation.OPTION_LENGTH;
                }
                if (optionOffset[type] != 0) {
                    remark(Violation.OPTION_REPEATED);
                }
                optionOffset[type] = offset;
            } else if ((type & CRITICAL) != 0) {
                return Violation.CRITICAL_OPTION;
            } else {
                remark(Violation.OPTION_EXTRA);
            }
            offset += OPTION_HEADER_BYTES + dataBytes;
        }
        if (optionOffset[ENDPOINT] == 0 || optionOffset[ATTACHMENT] == 0 || optionOffset[COOKIE] == 0) {
            return Violation.OPTION_MISSING;
        }
        endpointId = datagram.getLong(dataOffset(ENDPOINT));
        cookie = datagram.getInt(dataOffset(COOKIE));
        return null;
    }

    private @Nullable Violation parseInner(ByteBuffer datagram, int lengthBytes) {
        int present = lengthBytes - innerOffset;
        if (present < (ipv4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES)) {
            return Violation.INNER_TRUNCATED;
        }
        if ((datagram.get(innerOffset) >>> 4 & 0xF) != (ipv4 ? 4 : 6)) {
            return Violation.INNER_VERSION_MISMATCH;
        }
        int innerLength = ipv4
                ? datagram.getShort(innerOffset + 2) & 0xFFFF
                : IPV6_HEADER_BYTES + (datagram.getShort(innerOffset + 4) & 0xFFFF);
        if (innerLength > present) {
            return Violation.INNER_TRUNCATED;
        }
        int portsOffset;
        boolean hasPorts = true;
        if (ipv4) {
            protocol = datagram.get(innerOffset + 9) & 0xFF;
            sourceHigh = 0;
            sourceLow = datagram.getInt(innerOffset + 12) & 0xFFFF_FFFFL;
            destinationHigh = 0;
            destinationLow = datagram.getInt(innerOffset + 16) & 0xFFFF_FFFFL;
            portsOffset = (datagram.get(innerOffset) & 0xF) * 4;
            hasPorts = (datagram.getShort(innerOffset + 6) & 0x1FFF) == 0;
        } else {
            protocol = datagram.get(innerOffset + 6) & 0xFF;
            sourceHigh = datagram.getLong(innerOffset + 8);
            sourceLow = datagram.getLong(innerOffset + 16);
            destinationHigh = datagram.getLong(innerOffset + 24);
            destinationLow = datagram.getLong(innerOffset + 32);
            portsOffset = IPV6_HEADER_BYTES;
        }
        hasPorts &= (protocol == TCP || protocol == UDP) && portsOffset + 4 <= innerLength;
        sourcePort = hasPorts ? datagram.getShort(innerOffset + portsOffset) & 0xFFFF : 0;
        destinationPort = hasPorts ? datagram.getShort(innerOffset + portsOffset + 2) & 0xFFFF : 0;
        return null;
    }

    @SuppressWarnings("EnumOrdinal") // a bit of this run's own set, never kept
    private void remark(Violation violation) {
        remarks |= 1 << violation.ordinal();
    }

    /** True where the packet had any violation that is not fatal. */
    public boolean hasRemarks() {
        return remarks != 0;
    }

    /** The violation with this index in {@link Violation}, where the packet had it and it is not fatal. */
    public @Nullable Violation remark(int index) {
        return (remarks >>> index & 1) != 0 ? VIOLATIONS[index] : null;
    }

    /** Where an option begins, its header included; type 1 to 3. */
    public int optionOffset(int type) {
        return optionOffset[type];
    }

    /** Where an option's data begins; type 1 to 3. */
    public int dataOffset(int type) {
        return optionOffset[type] + OPTION_HEADER_BYTES;
    }

    /** Where the inner packet begins. */
    public int innerOffset() {
        return innerOffset;
    }

    /** True for inner IPv4, false for IPv6. */
    public boolean isIpv4() {
        return ipv4;
    }

    /** Option 1. */
    public long endpointId() {
        return endpointId;
    }

    /** Option 3. */
    public int cookie() {
        return cookie;
    }

    /** Inner protocol; for IPv6 the first next header. */
    public int protocol() {
        return protocol;
    }

    /** Inner source port; 0 where the packet shows none. */
    public int sourcePort() {
        return sourcePort;
    }

    /** Inner destination port; 0 where the packet shows none. */
    public int destinationPort() {
        return destinationPort;
    }

    /** First 64 bits of the inner source; 0 for IPv4. */
    public long sourceHigh() {
        return sourceHigh;
    }

    /** Last 64 bits of the inner source; for IPv4 the address. */
    public long sourceLow() {
        return sourceLow;
    }

    /** First 64 bits of the inner destination; 0 for IPv4. */
    public long destinationHigh() {
        return destinationHigh;
    }

    /** Last 64 bits of the inner destination; for IPv4 the address. */
    public long destinationLow() {
        return destinationLow;
    }
}
