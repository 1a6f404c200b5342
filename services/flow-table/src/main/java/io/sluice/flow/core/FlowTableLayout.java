// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;

/**
 * Where each field of a {@link FlowTable} slot is.
 *
 * <p><b>Layout</b>, hot part, 8 longs = 64 bytes a slot, everything a packet reads or writes to be forwarded:
 *
 * <pre>
 *        63                                                                             0
 *  0 .. 4  endpoint id, lower address (2), upper address (2)      as in {@link FlowKey}
 *  5     | lower port 16 | upper port 16 | proto 8 | ver 4 | kind 4 | TCP state 8 | P 1 | I 1 | spare 2 | port slot 4 |
 *  6     | cookie 32                             | target index 20      | spare 4 | displacement 8 |
 *  7     | last seen, ms, 40                                 | idle timeout, ms, 24                |
 * </pre>
 *
 * Word 5 is 0 in an empty slot and in no other: its IP version is 4 or 6. P: provisional, I: the initiator is the lower
 * side. Displacement: slots between the one the hash names (home) and this one; it replaces a stored hash, as moving an
 * entry needs no more. Word 7 is all that a packet writes. An array starts 16 bytes into its object, so a slot lies on
 * two cache lines; they are adjacent and fetched together by the prefetcher.
 *
 * <p>Cold part, 8 longs a slot at the same index of a second array:
 *
 * <pre>
 *  0  packets from the lower side            1  inner bytes from the lower side
 *  2  packets from the upper side            3  inner bytes from the upper side
 *  4  | creation as the authority says, ms since 1970, 48 | 0 1 | moves to other targets as the authority says, 15 |
 *  5  first packet here, ms of the table's clock
 *  6  | attachment from lower + 1, 16 | attachment from upper + 1, 16 | frame from lower 12 | frame from upper 12 | 0 8 |
 *  7  | last seen that the authority was told of, ms, 32 | node of the one-way flows + 1, 32 |
 * </pre>
 *
 * <p><b>Units.</b> The table's clock counts milliseconds from any moment of the process's choice, modulo 2^40 (34 years);
 * times are compared by their signed 40-bit difference, so wrap-around is safe. Last seen as told is kept modulo 2^32
 * and compared by the signed 32-bit difference to last seen: they are at most an idle timeout (16.8 M ms) and a pass
 * apart, so 2^31 are never reached. Moves have the bits that they have in a record, which stops counting at their limit. The
 * node is 0 once a flow is established. Attachments and frames of 0 are none.
 */
final class FlowTableLayout {

    /** log2 of the longs in either part of a slot. */
    static final int SLOT_SHIFT = 3;

    /** Longs in either part of a slot. */
    static final int SLOT_WORDS = 1 << SLOT_SHIFT;

    static final int TRAITS = FlowKey.TRAITS_WORD;
    static final int ROUTE = 6;
    static final int TIMES = 7;

    /** Bits of word 5 that belong to the key. */
    static final long TRAITS_KEY_MASK = ~0xFFFFL;

    static final int TCP_STATE_SHIFT = 8;
    static final int TCP_STATE_MAX = 0xFF;
    static final long TCP_STATE_MASK = (long) TCP_STATE_MAX << TCP_STATE_SHIFT;
    static final long PROVISIONAL = 0x80;
    static final long INITIATOR_IS_LOWER = 0x40;
    static final int PORT_SLOT_MAX = 0xF;

    static final int COOKIE_SHIFT = 32;
    static final int TARGET_SHIFT = 12;
    static final int TARGET_INDEX_MAX = (1 << 20) - 1;
    static final int DISPLACEMENT_MAX = 0xFF;
    static final long DISPLACEMENT_MASK = DISPLACEMENT_MAX;

    static final int LAST_SEEN_SHIFT = 24;
    static final int IDLE_TIMEOUT_MAX_MS = (1 << LAST_SEEN_SHIFT) - 1;
    static final long IDLE_TIMEOUT_MASK = IDLE_TIMEOUT_MAX_MS;

    /** Bits of a 64-bit clock that the 40 bits kept do not hold. */
    static final int CLOCK_UNUSED_BITS = 24;

    static final int PACKETS = 0;
    static final int BYTES = 1;

    /** Words from the lower side's counters to the upper side's. */
    static final int UPPER = 2;

    static final int CREATED = 4;
    static final int FIRST_SEEN = 5;
    static final int ATTACHMENTS = 6;
    static final int REPORTED = 7;

    static final int CREATED_SHIFT = 16;
    static final int MOVES_SAID_MAX = FlowRecord.MOVES_MAX;
    static final long MOVES_SAID_MASK = MOVES_SAID_MAX;

    static final int REPORTED_SHIFT = 32;
    static final long NODE_MASK = 0xFFFF_FFFFL;

    static final int LOWER_ATTACHMENT_SHIFT = 48;
    static final int UPPER_ATTACHMENT_SHIFT = 32;
    static final int ATTACHMENT_MAX = 0xFFFE;
    static final int LOWER_FRAME_SHIFT = 20;
    static final int UPPER_FRAME_SHIFT = 8;
    static final int FRAME_MAX = 0xFFF;

    private FlowTableLayout() {}

    /** Signed difference of two readings of the table's clock, each known modulo 2^40. */
    static long elapsedMs(long laterMs, long earlierMs) {
        return (laterMs - earlierMs) << CLOCK_UNUSED_BITS >> CLOCK_UNUSED_BITS;
    }
}
