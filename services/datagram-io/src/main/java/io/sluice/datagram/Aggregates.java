// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Memory that datagrams are received into together, side by side as one sender sent them, and who still uses it.
 *
 * <p>A datagram in an aggregate is a <i>segment</i>, a number. It is passed on where it lies. In front of it lies the end
 * of the segment before it, and that is where its longer header goes: so the end of a segment that is sent, as much as
 * may be written in front of the next, is copied aside first ({@link #saveEnd}), and leaves from there. Everything else is
 * never copied.
 *
 * <p><b>Layout</b>, from an absolute offset of the slab's memory on:
 *
 * <pre>
 *   aggregate 0, 1, …   {@value #FRONT_BYTES} bytes for what the kernel tells of it, then up to 65,536 of payload
 *   saved ends          one of the headroom's size for each segment, in whole words
 * </pre>
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: an aggregate is the receiver's from {@link #open} to
 * {@link #close}, and in use until its last segment is released; then it is given to whoever said so.
 */
final class Aggregates {

    /** Segments of an aggregate that can be passed on where they lie. */
    static final int SEGMENTS_MAX = 64;

    /** Bytes in front of the payload; the first segment's headroom is part of them. */
    static final int FRONT_BYTES = ReceivedMessage.BYTES_OF_AGGREGATE;

    /** No multiple of a page, lest the fronts of all aggregates share a few places of the cache. */
    private static final int AGGREGATE_BYTES = FRONT_BYTES + (1 << 16);

    /** The memory, in whatever order words are moved with least. */
    private final ByteBuffer words;

    private final int start;
    private final int savedStart;
    private final int savedBytes;

    /** By segment: the first byte that may be written. */
    private final int[] floors;

    /** By segment: behind its last byte. */
    private final int[] ends;

    private final int[] safeEnds;
    private final boolean[] taken;

    /** Segments in use, and one more while the aggregate is open. */
    private final int[] users;

    private IntConsumer idle = aggregate -> {};

    /**
     * @param memory of the slab
     * @param start where the aggregates begin in it
     * @param count how many there are
     * @param headroomBytes most that may be written in front of a segment
     */
    Aggregates(ByteBuffer memory, int start, int count, int headroomBytes) {
        if (count > 0 && headroomBytes > FRONT_BYTES) {
            throw new IllegalArgumentException(
                    "headroom of %d bytes: aggregates leave at most %d".formatted(headroomBytes, FRONT_BYTES));
        }
        words = memory.duplicate().order(ByteOrder.nativeOrder());
        this.start = start;
        this.savedStart = start + count * AGGREGATE_BYTES;
        this.savedBytes = inWords(headroomBytes);
        int segments = count * SEGMENTS_MAX;
        floors = new int[segments];
        ends = new int[segments];
        safeEnds = new int[segments];
        taken = new boolean[segments];
        users = new int[count];
    }

    /** Bytes that so many take. */
    static long bytes(int count, int headroomBytes) {
        return (long) count * (AGGREGATE_BYTES + SEGMENTS_MAX * inWords(headroomBytes));
    }

    private static int inWords(int bytes) {
        return (bytes + Long.BYTES - 1) & -Long.BYTES;
    }

    /** Says who is told of each aggregate that nobody uses any more. */
    void whenIdle(IntConsumer told) {
        idle = told;
    }

    int count() {
        return users.length;
    }

    /** Size of an aggregate; they are neighbours. */
    static int aggregateBytes() {
        return AGGREGATE_BYTES;
    }

    /** Absolute offset of an aggregate. */
    int aggregateStart(int aggregate) {
        return start + aggregate * AGGREGATE_BYTES;
    }

    /** An aggregate was filled: its segments can be taken. */
    void open(int aggregate) {
        users[aggregate] = 1;
    }

    /**
     * Takes the next segment of an open aggregate.
     *
     * @param index 0 for the first, less than {@value #SEGMENTS_MAX}
     * @param from absolute offset of its first byte
     * @param to absolute offset behind its last
     * @param headroomBytes what may be written in front of each, not more than was said of all
     * @param last whether no segment follows
     */
    int take(int aggregate, int index, int from, int to, int headroomBytes, boolean last) {
        int segment = aggregate * SEGMENTS_MAX + index;
        floors[segment] = from - headroomBytes;
        ends[segment] = to;
        safeEnds[segment] = last || headroomBytes == 0 ? Integer.MAX_VALUE : to - headroomBytes;
        taken[segment] = true;
        users[aggregate]++;
        return segment;
    }

    /** All segments were taken: the aggregate is idle once they are released. */
    void close(int aggregate) {
        leave(aggregate);
    }

    /**
     * Gives a segment back.
     *
     * @throws IllegalStateException where it is not taken: a double release is a programmer error
     */
    void release(int segment) {
        if (!taken[segment]) {
            throw new IllegalStateException("segment " + segment + " released twice");
        }
        taken[segment] = false;
        leave(segment / SEGMENTS_MAX);
    }

    private void leave(int aggregate) {
        if (--users[aggregate] == 0) {
            idle.accept(aggregate);
        }
    }

    /** From where on a segment and what is in front of it may be written. */
    int segmentFloor(int segment) {
        return floors[segment];
    }

    /** Behind the last byte of a segment. */
    int segmentEnd(int segment) {
        return ends[segment];
    }

    /** From where on the next segment's header may overwrite this one. */
    int safeEnd(int segment) {
        return safeEnds[segment];
    }

    /** Copies what lies beyond {@link #safeEnd} to where it is safe until the segment is released; the offset there. */
    int saveEnd(int segment, int from, int to) {
        int saved = savedStart + segment * savedBytes;
        // word by word: for so few bytes a bulk copy takes longer to begin than to do
        for (int i = 0; i < to - from; i += Long.BYTES) {
            words.putLong(saved + i, words.getLong(from + i));
        }
        return saved;
    }

    /** Aggregates somebody uses. */
    int usedCount() {
        return (int) Arrays.stream(users).filter(count -> count > 0).count();
    }
}
