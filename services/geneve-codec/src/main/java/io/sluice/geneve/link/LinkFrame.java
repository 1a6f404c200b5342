// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.geneve.core.ReturnTrail;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.geneve.GwlbOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The header of a frame on the link, in front of an inner packet.
 *
 * <p><b>Layout</b>: as long as the GENEVE header and options of the target's side, so that either is written over the other and
 * no inner packet moves; with IPv4 and UDP in front of it 68 bytes. The first word is that of a GENEVE header with 32 bytes of
 * options: who steers GENEVE by its inner addresses, in the kernel or between shards, steers frames as well.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |0 0|  8 words  |0 0 0 0 0 0 0 0|       protocol type           |
 * | kind  | slot  |     epoch     |        target's port          |
 * |                          endpoint id                          |
 * |                                                               |
 * |                          flow cookie                          |
 * |             target's address, or the outer source             |
 * |       hash of the target's registration, holder, or 0         |
 * |                             seal                              |
 * |                           (96 bits)                           |
 * |                                                               |
 * </pre>
 *
 * <p>Of a return that an ingress passed on, the slot counts who was asked, and the holder is the link address of the ingress
 * that has its flow, its port in place of the target's ({@link ReturnTrail}).
 *
 * <p>The epoch is the low 8 bits of the sender's ({@link LinkEpoch}). The seal is over everything, inner packet included
 * ({@link FrameSeal}).
 *
 * <p><b>Threading</b>: any. <b>Allocation</b>: none.
 */
final class LinkFrame {

    /** Bytes in front of the inner packet. */
    static final int HEADER_BYTES = GwlbOptions.ENCAPSULATION_BYTES;

    /** To a target, nothing is expected back. */
    static final int TO_TARGET = 1;

    /** To a target, of a flow that had returns before. */
    static final int TO_TARGET_EXPECTED = 2;

    /** A return to the ingress whose packet it answers. */
    static final int RETURN = 3;

    /** A return to the ingress that rendezvous hashing names, as the codec does not know better. */
    static final int RETURN_GUESSED = 4;

    /** A return that an ingress passed on, with its trail: how many were asked in place of the slot, and who has its flow. */
    static final int RETURN_FORWARDED = 5;

    /** A return that nobody else could take, back to the ingress that has its flow; it is not passed on again. */
    static final int RETURN_SENT_BACK = 6;

    static final int SEAL_OFFSET = 28;
    static final int SEAL_BYTES = HEADER_BYTES - SEAL_OFFSET;

    private static final int KIND_OFFSET = 4;
    private static final int EPOCH_OFFSET = 5;
    private static final int PORT_OFFSET = 6;
    private static final int ENDPOINT_OFFSET = 8;
    private static final int COOKIE_OFFSET = 16;
    private static final int ADDRESS_OFFSET = 20;
    private static final int TARGET_OFFSET = 24;

    private static final int BASE_WORD = ((HEADER_BYTES - GeneveFlyweight.HEADER_BYTES) / 4) << 24;

    private LinkFrame() {}

    /**
     * Writes everything but the seal.
     *
     * @param buffer big-endian buffer, borrowed
     * @param offset absolute index of the first byte written
     * @param protocolType {@link GeneveFlyweight#PROTOCOL_IPV4} or {@link GeneveFlyweight#PROTOCOL_IPV6}
     * @param kind one of this class's
     * @param portSlot 0-15
     * @param epoch of the sender; its low 8 bits are written
     * @param port 0-65535
     */
    static void write(
            ByteBuffer buffer,
            int offset,
            int protocolType,
            int kind,
            int portSlot,
            long epoch,
            int port,
            long endpointId,
            int flowCookie,
            int address,
            int targetHash) {
        assert buffer.order() == ByteOrder.BIG_ENDIAN : "network order expected";
        buffer.putInt(offset, BASE_WORD | protocolType);
        buffer.putInt(offset + KIND_OFFSET, kind << 28 | portSlot << 24 | ((int) epoch & 0xFF) << 16 | port);
        buffer.putLong(offset + ENDPOINT_OFFSET, endpointId);
        buffer.putInt(offset + COOKIE_OFFSET, flowCookie);
        buffer.putInt(offset + ADDRESS_OFFSET, address);
        buffer.putInt(offset + TARGET_OFFSET, targetHash);
    }

    /** Whether bytes may be a frame: long enough, and begin as one. */
    static boolean isFrame(ByteBuffer buffer, int offset, int lengthBytes) {
        if (lengthBytes < HEADER_BYTES) {
            return false;
        }
        int word = buffer.getInt(offset);
        return word == (BASE_WORD | GeneveFlyweight.PROTOCOL_IPV4)
                || word == (BASE_WORD | GeneveFlyweight.PROTOCOL_IPV6);
    }

    /** Protocol type of the inner packet. */
    static int protocolType(ByteBuffer buffer, int offset) {
        return buffer.getShort(offset + 2) & 0xFFFF;
    }

    /** What it is. */
    static int kind(ByteBuffer buffer, int offset) {
        return buffer.get(offset + KIND_OFFSET) >>> 4 & 0xF;
    }

    /** Which of the codec's source ports. */
    static int portSlot(ByteBuffer buffer, int offset) {
        return buffer.get(offset + KIND_OFFSET) & 0xF;
    }

    /** Low 8 bits of the sender's epoch. */
    static byte epochLow(ByteBuffer buffer, int offset) {
        return buffer.get(offset + EPOCH_OFFSET);
    }

    /** The target's port. */
    static int port(ByteBuffer buffer, int offset) {
        return buffer.getShort(offset + PORT_OFFSET) & 0xFFFF;
    }

    /** Option 1 of the target's side. */
    static long endpointId(ByteBuffer buffer, int offset) {
        return buffer.getLong(offset + ENDPOINT_OFFSET);
    }

    /** Option 3 of the target's side. */
    static int flowCookie(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + COOKIE_OFFSET);
    }

    /** The target's address, or the outer source of a return. */
    static int address(ByteBuffer buffer, int offset) {
        return buffer.getInt(offset + ADDRESS_OFFSET);
    }

    /** The {@link ReturnTrail} of a return that an ingress passed on. */
    static long trail(ByteBuffer buffer, int offset) {
        return ReturnTrail.of(portSlot(buffer, offset), buffer.getInt(offset + TARGET_OFFSET), port(buffer, offset));
    }

    /** The target's key: hash of its registration and address. */
    static long targetKey(ByteBuffer buffer, int offset) {
        return (long) buffer.getInt(offset + TARGET_OFFSET) << 32 | (address(buffer, offset) & 0xFFFF_FFFFL);
    }
}
