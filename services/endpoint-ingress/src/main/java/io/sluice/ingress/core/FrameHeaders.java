// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.flow.FlowKey;
import io.sluice.packet.ethernet.EthernetFlyweight;
import java.nio.ByteBuffer;

/**
 * The Ethernet headers an endpoint's frames came with, each kept once: a flow remembers a 12-bit index and its returned
 * packets get the header back, addresses swapped.
 *
 * <p><b>Layout</b>: three longs a header, from index 1 on; an open-addressed table of indexes, at most half full, finds
 * them:
 *
 * <pre>
 *  0  destination (48) | EtherType (16)
 *  1  source (48)      | length of the header (16)
 *  2  VLAN tags, first tag in the high half; 0 where there is none
 * </pre>
 *
 * <p><b>Limits</b>: {@code headersMax} headers, {@value #HEADERS_MAX} at most. When they are used up, or {@link #PROBES}
 * places hold others, a new header gets index 0, which is none; nothing is displaced, since flows hold indexes. So one
 * instance belongs to one endpoint: a flood of made-up addresses takes indexes from that endpoint only.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none after construction.
 * <b>Complexity</b>: at most {@link #PROBES} places a call.
 */
final class FrameHeaders {

    /** The largest index: 12 bits. */
    static final int HEADERS_MAX = 4_095;

    /** The index of no header. */
    static final int NONE = 0;

    /** Places of the table that a header can be found from. */
    static final int PROBES = 32;

    private static final int WORDS = 3;
    private static final int SOURCE_OFFSET = 6;
    private static final int TAGS_OFFSET = 12;
    private static final int TAG_BYTES = 4;

    private final FlowHasher hasher;
    private final int headersMax;
    private final int placeMask;
    /** By place: an index, 0 in a free place. */
    private final short[] places;

    private final long[] headers;
    private final long[] key = new long[FlowKey.WORDS];
    private int count;

    /**
     * @param headersMax most headers, 1 to {@value #HEADERS_MAX}
     * @param hasher a hash under a secret seed of this process
     */
    FrameHeaders(int headersMax, FlowHasher hasher) {
        if (headersMax < 1 || headersMax > HEADERS_MAX) {
            throw new IllegalArgumentException("frame headers for " + headersMax + " indexes");
        }
        this.hasher = hasher;
        this.headersMax = headersMax;
        places = new short[Integer.highestOneBit(headersMax) * 4];
        placeMask = places.length - 1;
        headers = new long[(headersMax + 1) * WORDS];
    }

    /**
     * The index of a header, which is remembered if it is new.
     *
     * @param buffer big-endian buffer that holds the frame
     * @param frameOffset absolute index of the frame's destination address
     * @param headerBytes length of its header: 14, 18 or 22
     * @return 1 to {@value #HEADERS_MAX}, or {@link #NONE} where it is new and there is no room
     */
    int intern(ByteBuffer buffer, int frameOffset, int headerBytes) {
        assert headerBytes == 14 || headerBytes == 18 || headerBytes == 22 : "a header with up to two tags";
        read(buffer, frameOffset, headerBytes);
        long hash = hasher.hash(key, 0);
        int home = (int) (hash ^ hash >>> 32);
        for (int probe = 0; probe < PROBES; probe++) {
            int place = (home + probe) & placeMask;
            int index = places[place];
            if (index == NONE) {
                return add(place);
            }
            int header = index * WORDS;
            if (headers[header] == key[0] && headers[header + 1] == key[1] && headers[header + 2] == key[2]) {
                return index;
            }
        }
        return NONE;
    }

    /**
     * Length of a header, tags included: 14, 18 or 22.
     *
     * @param index what {@link #intern} answered, not {@link #NONE}
     */
    int headerBytes(int index) {
        assert index > NONE && index <= count : "an index that was given out";
        return (int) headers[index * WORDS + 1] & 0xFFFF;
    }

    /**
     * Writes the header of a frame the other way: source and destination swapped, VLAN tags and EtherType kept.
     *
     * @param index what {@link #intern} answered, not {@link #NONE}
     * @param buffer big-endian buffer to write to
     * @param frameOffset absolute index of the frame's destination address; {@link #headerBytes} bytes are written
     */
    void writeReply(int index, ByteBuffer buffer, int frameOffset) {
        int headerBytes = headerBytes(index);
        int header = index * WORDS;
        long tags = headers[header + 2];
        putAddress(buffer, frameOffset, headers[header + 1]);
        putAddress(buffer, frameOffset + SOURCE_OFFSET, headers[header]);
        if (headerBytes > EthernetFlyweight.HEADER_BYTES_MIN) {
            buffer.putInt(frameOffset + TAGS_OFFSET, (int) (tags >>> 32));
        }
        if (headerBytes == EthernetFlyweight.HEADER_BYTES_MAX) {
            buffer.putInt(frameOffset + TAGS_OFFSET + TAG_BYTES, (int) tags);
        }
        buffer.putShort(frameOffset + headerBytes - 2, (short) headers[header]);
    }

    /** Headers remembered. */
    int size() {
        return count;
    }

    private int add(int place) {
        if (count == headersMax) {
            return NONE;
        }
        count++;
        places[place] = (short) count;
        System.arraycopy(key, 0, headers, count * WORDS, WORDS);
        return count;
    }

    /** Fills the first three words of the key; the others stay 0. */
    private void read(ByteBuffer buffer, int frameOffset, int headerBytes) {
        long first = 0;
        long second = 0;
        if (headerBytes > EthernetFlyweight.HEADER_BYTES_MIN) {
            first = buffer.getInt(frameOffset + TAGS_OFFSET);
        }
        if (headerBytes == EthernetFlyweight.HEADER_BYTES_MAX) {
            second = buffer.getInt(frameOffset + TAGS_OFFSET + TAG_BYTES) & 0xFFFF_FFFFL;
        }
        key[0] = address(buffer, frameOffset) << 16 | (buffer.getShort(frameOffset + headerBytes - 2) & 0xFFFF);
        key[1] = address(buffer, frameOffset + SOURCE_OFFSET) << 16 | headerBytes;
        key[2] = first << 32 | second;
    }

    /** The 48 bits at an index. */
    private static long address(ByteBuffer buffer, int at) {
        return (long) (buffer.getShort(at) & 0xFFFF) << 32 | (buffer.getInt(at + 2) & 0xFFFF_FFFFL);
    }

    /** Writes the high 48 bits of a word. */
    private static void putAddress(ByteBuffer buffer, int at, long word) {
        buffer.putShort(at, (short) (word >>> 48));
        buffer.putInt(at + 2, (int) (word >>> 16));
    }
}
