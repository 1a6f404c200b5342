// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet.geneve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The GENEVE header and the three options that every packet between gateway and target carries.
 *
 * <p><b>Layout</b> (section 1.2 of the behaviour sheet): 8 bytes of base header, then always these 32 in this order;
 * none is critical (W-11), all three are on every packet (W-14).
 *
 * <pre>
 * 0108 01 02 | endpoint id, 64 bit     W-12, W-13
 * 0108 02 02 | attachment id, 64 bit
 * 0108 03 01 | flow cookie, 32 bit     W-16, W-17
 * </pre>
 */
public final class GwlbOptions {
    /** Option class assigned to Amazon. */
    public static final int OPTION_CLASS = 0x0108;

    /** Type of the option that names the endpoint. */
    public static final int TYPE_ENDPOINT = 1;

    /** Type of the option that names the attachment. */
    public static final int TYPE_ATTACHMENT = 2;

    /** Type of the option that carries the flow cookie. */
    public static final int TYPE_FLOW_COOKIE = 3;

    /** Data length of the endpoint option. */
    public static final int ENDPOINT_DATA_BYTES = 8;

    /** Data length of the attachment option. */
    public static final int ATTACHMENT_DATA_BYTES = 8;

    /** Data length of the flow cookie option. */
    public static final int FLOW_COOKIE_DATA_BYTES = 4;

    private static final int ENDPOINT_OFFSET = GeneveFlyweight.HEADER_BYTES;
    private static final int ATTACHMENT_OFFSET =
            ENDPOINT_OFFSET + GeneveOptionFlyweight.HEADER_BYTES + ENDPOINT_DATA_BYTES;
    private static final int FLOW_COOKIE_OFFSET =
            ATTACHMENT_OFFSET + GeneveOptionFlyweight.HEADER_BYTES + ATTACHMENT_DATA_BYTES;

    /** Size of base header and options: what is put before the inner packet. */
    public static final int ENCAPSULATION_BYTES =
            FLOW_COOKIE_OFFSET + GeneveOptionFlyweight.HEADER_BYTES + FLOW_COOKIE_DATA_BYTES;

    /** Size of the three options. */
    public static final int OPTIONS_BYTES = ENCAPSULATION_BYTES - GeneveFlyweight.HEADER_BYTES;

    /** What an inner packet grows by on the way to a target: IPv4 header, UDP header, GENEVE header and options. */
    public static final int OUTER_OVERHEAD_BYTES = 20 + 8 + ENCAPSULATION_BYTES;

    private static final int BASE_WORD = (OPTIONS_BYTES / 4) << 24;
    private static final int ENDPOINT_WORD = optionWord(TYPE_ENDPOINT, ENDPOINT_DATA_BYTES);
    private static final int ATTACHMENT_WORD = optionWord(TYPE_ATTACHMENT, ATTACHMENT_DATA_BYTES);
    private static final int FLOW_COOKIE_WORD = optionWord(TYPE_FLOW_COOKIE, FLOW_COOKIE_DATA_BYTES);

    private GwlbOptions() {}

    /**
     * Writes exactly {@link #ENCAPSULATION_BYTES} bytes: base header (version 0, no flags, VNI 0) and the options.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the first byte written
     * @param protocolType {@link GeneveFlyweight#PROTOCOL_IPV4} or {@link GeneveFlyweight#PROTOCOL_IPV6}
     * @param endpointId 64 opaque bits
     * @param attachmentId 64 opaque bits, 0 unless configured
     * @param flowCookie 32 opaque bits
     */
    public static void write(
            ByteBuffer buffer, int offset, int protocolType, long endpointId, long attachmentId, int flowCookie) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        assert protocolType == GeneveFlyweight.PROTOCOL_IPV4 || protocolType == GeneveFlyweight.PROTOCOL_IPV6;
        buffer.putInt(offset, BASE_WORD | (protocolType & 0xFFFF));
        buffer.putInt(offset + 4, 0);
        buffer.putInt(offset + ENDPOINT_OFFSET, ENDPOINT_WORD);
        buffer.putLong(offset + ENDPOINT_OFFSET + GeneveOptionFlyweight.HEADER_BYTES, endpointId);
        buffer.putInt(offset + ATTACHMENT_OFFSET, ATTACHMENT_WORD);
        buffer.putLong(offset + ATTACHMENT_OFFSET + GeneveOptionFlyweight.HEADER_BYTES, attachmentId);
        buffer.putInt(offset + FLOW_COOKIE_OFFSET, FLOW_COOKIE_WORD);
        buffer.putInt(offset + FLOW_COOKIE_OFFSET + GeneveOptionFlyweight.HEADER_BYTES, flowCookie);
    }

    private static int optionWord(int type, int dataBytes) {
        return OPTION_CLASS << 16 | type << 8 | dataBytes / 4;
    }
}
