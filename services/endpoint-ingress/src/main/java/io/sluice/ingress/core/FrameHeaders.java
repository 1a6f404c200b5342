// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.hashing.core.FlowHasher;
import io.sluice.model.config.Listener;
import io.sluice.model.flow.FlowKey;
import io.sluice.packet.ethernet.EthernetFlyweight;
import java.nio.ByteBuffer;

/**
 * The Ethernet headers an endpoint's frames came with, each kept once: a flow remembers a 12-bit index and its returned
 * packets get the header back, addresses swapped.
 *
 * <p><b>Layout</b>: four longs a header, from index 1 on; an open-addressed table of indexes, at most half full, finds
 * them:
 *
 * <pre>
 *  0  destination (48) | EtherType (16)
 *  1  source (48)      | length of the header (16)
 *  2  VLAN tags, first tag in the high half; 0 where there is none
 *  3  when a frame came with it last, ms
 * </pre>
 *
 * <p><b>Limits</b>: {@code headersMax} headers, {@value #HEADERS_MAX} at most. When they are used up, a new header takes
 * the index of one that no frame came with for {@value #REUSE_MS} ms, longer than any flow lives without a packet; where
 * there is none among {@link #PROBES} looked at, or {@link #PROBES} places hold others, it gets index 0, which is none. A
 * flow that one side has kept up all that time can find the other side's index with another header, of the same endpoint.
 * One instance belongs to one endpoint: a flood of made-up addresses takes indexes from that endpoint only.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none after construction.
 * <b>Complexity</b>: at most {@link #PROBES} places a call.
 */
final class FrameHeaders {

    /** The largest index: 12 bits. */
    static final int HEADERS_MAX = 4_095;

    /** The index of no header. */
    static final int NONE = 0;

    private static final int FULL = -1;

    /** Places of the table that a header can be found from. */
    static final int PROBES = 32;

    /** How long an index stays with a header that no frame comes with: the longest idle timeout there is (F-10). */
    static final long REUSE_MS = Listener.TCP_IDLE_TIMEOUT_MAX_MS;

    private static final int WORDS = 4;
    private static final int SEEN_WORD = 3;
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
    private final long[] unusedKey = new long[FlowKey.WORDS];
    private int count;
    /** Index looked at last for one that is not in use. */
    private int hand;

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
     * @param nowMs time of the batch
     * @return 1 to {@value #HEADERS_MAX}, or {@link #NONE} where it is new and there is no room
     */
    int intern(ByteBuffer buffer, int frameOffset, int headerBytes, long nowMs) {
        assert headerBytes == 14 || headerBytes == 18 || headerBytes == 22 : "a header with up to two tags";
        read(buffer, frameOffset, headerBytes);
        int home = home(key);
        int free = FULL;
        for (int probe = 0; probe < PROBES; probe++) {
            int place = (home + probe) & placeMask;
            int index = places[place];
            if (index == NONE) {
                // no end of the search: a place behind it may have been filled before this one was freed
                free = free == FULL ? place : free;
            } else if (holdsKey(index)) {
                headers[index * WORDS + SEEN_WORD] = nowMs;
                return index;
            }
        }
        return free == FULL ? NONE : add(free, nowMs);
    }

    private int home(long[] words) {
        long hash = hasher.hash(words, 0);
        return (int) (hash ^ hash >>> 32);
    }

    private boolean holdsKey(int index) {
        int header = index * WORDS;
        return headers[header] == key[0] && headers[header + 1] == key[1] && headers[header + 2] == key[2];
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

    private int add(int place, long nowMs) {
        int index = count < headersMax ? ++count : takeUnused(nowMs);
        if (index != NONE) {
            places[place] = (short) index;
            System.arraycopy(key, 0, headers, index * WORDS, SEEN_WORD);
            headers[index * WORDS + SEEN_WORD] = nowMs;
        }
        return index;
    }

    /** An index whose header nothing came with for long, taken from it; {@link #NONE} where there is none close by. */
    private int takeUnused(long nowMs) {
        for (int step = 0; step < PROBES; step++) {
            hand = hand % headersMax + 1;
            if (nowMs - headers[hand * WORDS + SEEN_WORD] >= REUSE_MS) {
                forget(hand);
                return hand;
            }
        }
        return NONE;
    }

    /** Frees the place of an index, which lies behind its header's home. */
    private void forget(int index) {
        System.arraycopy(headers, index * WORDS, unusedKey, 0, SEEN_WORD);
        int place = home(unusedKey) & placeMask;
        while (places[place] != index) {
            place = (place + 1) & placeMask;
        }
        places[place] = NONE;
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
