// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.geneve;

import io.sluice.packet.DecodeStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A reusable decoder of GENEVE datagrams: one pass over base header and options, every rule checked once.
 *
 * <p>There are two kinds, which differ in the options they know and the payloads they take. The endpoint side knows no
 * option, so it skips the harmless ones and refuses every critical one; it takes IPv4, IPv6 and Ethernet. The target
 * side knows the three {@link GwlbOptions}, collects them, and insists on all three with exactly 8, 8 and 4 data bytes
 * (W-14, W-19); it takes IPv4 and IPv6, never Ethernet.
 *
 * <p><b>Rules</b>, in the order in which they are applied:
 *
 * <ol>
 *   <li>Version other than 0: refused (RFC 8926 section 3.4, "MUST be dropped").
 *   <li>Reserved bits of base header and options: ignored (sections 3.4 and 3.5).
 *   <li>Options are walked by length in any order (W-15). Opt Len past the datagram, or option lengths that do not sum
 *       to Opt Len exactly: refused (section 3.5, "MUST be silently dropped").
 *   <li>An option that is unknown and has the critical bit: refused, <em>whether or not the C bit is set</em>. Section
 *       3.5 ties the "MUST be dropped" to the option's own bit. The leave of section 3.4 to strip options unread when C
 *       is clear is a MAY for endpoints that do not walk options, and a sender that leaves C clear beside a critical
 *       option breaks a MUST of its own. The type is all eight bits: 0x81 is not a known type 1.
 *   <li>The C bit without any critical option is tolerated: C obliges the receiver to look, and looking found nothing.
 *   <li>The O bit: {@link DecodeStatus#GENEVE_CONTROL}, with the accessors valid; the payload is not forwarded.
 *   <li>A protocol type that is not taken: refused.
 *   <li>Target side only. Wrong data length before duplicate before missing. A duplicate is refused rather than
 *       resolved: a correct return is byte-identical to what was sent (W-18), which never holds an option twice, and
 *       a packet with two cookies would mean whatever its reader prefers.
 * </ol>
 *
 * <p><b>Bounds:</b> at most {@link #OPTIONS_MAX} options, since each takes at least one of the 63 words that Opt Len
 * can say. <b>Threading:</b> confined to one event loop. <b>Ownership:</b> borrows the buffer during {@link #decode}
 * only. <b>Errors:</b> none thrown for any content.
 */
public final class GeneveDatagram {
    /** Most options that fit into the 63 words of Opt Len. */
    public static final int OPTIONS_MAX = GeneveFlyweight.OPTION_LENGTH_WORDS_MAX;

    private static final int ENDPOINT_SEEN = 1;
    private static final int ATTACHMENT_SEEN = 2;
    private static final int FLOW_COOKIE_SEEN = 4;
    private static final int ALL_SEEN = ENDPOINT_SEEN | ATTACHMENT_SEEN | FLOW_COOKIE_SEEN;

    private static final int CRITICAL_BIT = GeneveOptionFlyweight.CRITICAL_TYPE_BIT << 8;
    private static final int CLASS_AND_TYPE_SHIFT = 8;
    private static final int ENDPOINT_CLASS_AND_TYPE = GwlbOptions.OPTION_CLASS << 8 | GwlbOptions.TYPE_ENDPOINT;
    private static final int ATTACHMENT_CLASS_AND_TYPE = GwlbOptions.OPTION_CLASS << 8 | GwlbOptions.TYPE_ATTACHMENT;
    private static final int FLOW_COOKIE_CLASS_AND_TYPE = GwlbOptions.OPTION_CLASS << 8 | GwlbOptions.TYPE_FLOW_COOKIE;

    private final boolean targetSide;

    private int vni;
    private int protocolType;
    private int payloadOffset;
    private int payloadLengthBytes;
    private boolean controlPacket;
    private long endpointId;
    private long attachmentId;
    private int flowCookie;

    private int seen;
    private boolean wrongLength;
    private boolean duplicate;

    private GeneveDatagram(boolean targetSide) {
        this.targetSide = targetSide;
    }

    /** A decoder of what endpoints send: no option is known; IPv4, IPv6 and Ethernet are taken. */
    public static GeneveDatagram endpointSide() {
        return new GeneveDatagram(false);
    }

    /** A decoder of what targets send: the three load balancer options are known and required. */
    public static GeneveDatagram targetSide() {
        return new GeneveDatagram(true);
    }

    /**
     * Decodes one datagram; the accessors hold until the next call if the result is {@link DecodeStatus#OK}, and all
     * but those of the options if it is {@link DecodeStatus#GENEVE_CONTROL}.
     *
     * @param buffer big-endian buffer, borrowed for the call
     * @param offset absolute index of the first byte of the GENEVE header
     * @param lengthBytes bytes of UDP payload; {@code offset + lengthBytes} is within the buffer's limit
     */
    public DecodeStatus decode(ByteBuffer buffer, int offset, int lengthBytes) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        assert offset >= 0 && lengthBytes <= buffer.limit() - offset : "length beyond the buffer";
        if (lengthBytes < GeneveFlyweight.HEADER_BYTES) {
            return DecodeStatus.GENEVE_TRUNCATED;
        }
        int base = buffer.getInt(offset);
        if (base >>> 30 != GeneveFlyweight.VERSION) {
            return DecodeStatus.GENEVE_VERSION;
        }
        int optionLengthBytes = (base >>> 24 & 0x3F) << 2;
        if (optionLengthBytes > lengthBytes - GeneveFlyweight.HEADER_BYTES) {
            return DecodeStatus.GENEVE_OPTIONS_OVERRUN;
        }
        int optionsOffset = offset + GeneveFlyweight.HEADER_BYTES;
        controlPacket = (base & 0x80_0000) != 0;
        protocolType = base & 0xFFFF;
        vni = buffer.getInt(offset + 4) >>> 8;
        payloadOffset = optionsOffset + optionLengthBytes;
        payloadLengthBytes = lengthBytes - GeneveFlyweight.HEADER_BYTES - optionLengthBytes;

        DecodeStatus options = walkOptions(buffer, optionsOffset, payloadOffset);
        if (options != DecodeStatus.OK) {
            return options;
        }
        if (controlPacket) {
            return DecodeStatus.GENEVE_CONTROL;
        }
        if (!takes(protocolType)) {
            return DecodeStatus.GENEVE_PROTOCOL_TYPE;
        }
        return targetSide ? checkGwlbOptions() : DecodeStatus.OK;
    }

    /** Virtual network identifier: the endpoint on the endpoint side, ignored on the target side. */
    public int vni() {
        return vni;
    }

    /** Protocol type of the payload, an EtherType. */
    public int protocolType() {
        return protocolType;
    }

    /** Absolute index of the first byte after the options. */
    public int payloadOffset() {
        return payloadOffset;
    }

    /** Bytes from {@link #payloadOffset} to the end of the datagram. */
    public int payloadLengthBytes() {
        return payloadLengthBytes;
    }

    /** The O bit. */
    public boolean controlPacket() {
        return controlPacket;
    }

    /** Endpoint id of option 1; target side only. */
    public long endpointId() {
        return endpointId;
    }

    /** Attachment id of option 2; target side only. */
    public long attachmentId() {
        return attachmentId;
    }

    /** Flow cookie of option 3; target side only. */
    public int flowCookie() {
        return flowCookie;
    }

    /** Walks the options between two indexes; an option's header fits because both are whole words apart. */
    private DecodeStatus walkOptions(ByteBuffer buffer, int fromOffset, int toOffset) {
        seen = 0;
        wrongLength = false;
        duplicate = false;
        int at = fromOffset;
        while (at < toOffset) {
            int header = buffer.getInt(at);
            int dataBytes = (header & 0x1F) << 2;
            int dataOffset = at + GeneveOptionFlyweight.HEADER_BYTES;
            if (dataBytes > toOffset - dataOffset) {
                return DecodeStatus.GENEVE_OPTION_LENGTHS;
            }
            if (!(targetSide && collect(buffer, header >>> CLASS_AND_TYPE_SHIFT, dataOffset, dataBytes))
                    && (header & CRITICAL_BIT) != 0) {
                return DecodeStatus.GENEVE_CRITICAL_OPTION_UNKNOWN;
            }
            at = dataOffset + dataBytes;
        }
        return DecodeStatus.OK;
    }

    /** Notes a load balancer option; true if the option is one. */
    private boolean collect(ByteBuffer buffer, int classAndType, int dataOffset, int dataBytes) {
        switch (classAndType) {
            case ENDPOINT_CLASS_AND_TYPE -> {
                if (note(ENDPOINT_SEEN, dataBytes == GwlbOptions.ENDPOINT_DATA_BYTES)) {
                    endpointId = buffer.getLong(dataOffset);
                }
            }
            case ATTACHMENT_CLASS_AND_TYPE -> {
                if (note(ATTACHMENT_SEEN, dataBytes == GwlbOptions.ATTACHMENT_DATA_BYTES)) {
                    attachmentId = buffer.getLong(dataOffset);
                }
            }
            case FLOW_COOKIE_CLASS_AND_TYPE -> {
                if (note(FLOW_COOKIE_SEEN, dataBytes == GwlbOptions.FLOW_COOKIE_DATA_BYTES)) {
                    flowCookie = buffer.getInt(dataOffset);
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** Records presence and form of an option; true if its data may be read. */
    private boolean note(int option, boolean lengthRight) {
        duplicate |= (seen & option) != 0;
        seen |= option;
        wrongLength |= !lengthRight;
        return lengthRight;
    }

    private boolean takes(int type) {
        return type == GeneveFlyweight.PROTOCOL_IPV4
                || type == GeneveFlyweight.PROTOCOL_IPV6
                || (!targetSide && type == GeneveFlyweight.PROTOCOL_ETHERNET);
    }

    private DecodeStatus checkGwlbOptions() {
        if (wrongLength) {
            return DecodeStatus.OPTION_LENGTH;
        }
        if (duplicate) {
            return DecodeStatus.OPTION_DUPLICATE;
        }
        return seen == ALL_SEEN ? DecodeStatus.OK : DecodeStatus.OPTION_MISSING;
    }
}
