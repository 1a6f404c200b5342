// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

/**
 * Where flows of a cookie are: a bounded multiset of (cookie, home slot), so that it needs no change when the table moves
 * an entry. The reader looks at the entries of that home.
 *
 * <p><b>Layout.</b> One {@code long[]} of 3/2 the capacity, 12 bytes a flow: {@code cookie << 32 | home + 1}, 0 where
 * empty. A cookie's place is its multiplicative hash scaled to the length; linear probing, deletion by backward shift, no
 * tombstones. Two flows with one cookie and one home are two equal entries.
 *
 * <p><b>Complexity.</b> At the highest load of 2/3 a look-up visits 5 places on average. Cookies carry 24 bits of a keyed
 * hash, so nobody outside picks them to collide; a look-up that an appliance picks can meet the longest run at worst,
 * some hundred places in a table of ten million. Every loop ends at an empty place, of which a third always is.
 *
 * <p><b>Threading.</b> Confined to its table's event loop. <b>Allocation.</b> None after construction.
 */
final class CookieIndex {

    /** No entry. */
    static final int NONE = -1;

    private static final long HOME_MASK = 0xFFFF_FFFFL;

    private final long[] entries;

    /**
     * @param capacity entries it holds at most; the caller sees to it
     */
    CookieIndex(int capacity) {
        entries = new long[Math.max(4, (int) (capacity * 3L / 2) + 1)];
    }

    /** Notes a flow. */
    void add(int cookie, int homeSlot) {
        int at = place(cookie);
        while (entries[at] != 0) {
            at = after(at);
        }
        entries[at] = entry(cookie, homeSlot);
    }

    /** Forgets a flow that was noted. */
    void remove(int cookie, int homeSlot) {
        long entry = entry(cookie, homeSlot);
        int at = place(cookie);
        while (entries[at] != entry) {
            assert entries[at] != 0 : "the index knows every flow of the table";
            at = after(at);
        }
        closeGap(at);
    }

    /**
     * The next entry of a cookie.
     *
     * @param from a place: {@link #first} of the cookie, or {@link #after} the last answer
     * @return place, or {@link #NONE} where there is no further one
     */
    int find(int cookie, int from) {
        int at = from;
        while (entries[at] != 0) {
            if ((int) (entries[at] >>> 32) == cookie) {
                return at;
            }
            at = after(at);
        }
        return NONE;
    }

    /** Where a search for a cookie begins. */
    int first(int cookie) {
        return place(cookie);
    }

    /** The place behind another. */
    int after(int at) {
        return at + 1 == entries.length ? 0 : at + 1;
    }

    /** Home slot of the flow that is noted at a place. */
    int homeSlot(int at) {
        return (int) (entries[at] & HOME_MASK) - 1;
    }

    /** Flows noted; counts them, for checks only. */
    int size() {
        int size = 0;
        for (long entry : entries) {
            size += entry == 0 ? 0 : 1;
        }
        return size;
    }

    /** Moves back every later entry of the run whose own place is not behind the gap. */
    private void closeGap(int emptied) {
        int gap = emptied;
        int at = after(gap);
        while (entries[at] != 0) {
            if (distance(place((int) (entries[at] >>> 32)), at) >= distance(gap, at)) {
                entries[gap] = entries[at];
                gap = at;
            }
            at = after(at);
        }
        entries[gap] = 0;
    }

    private int distance(int from, int to) {
        int apart = to - from;
        return apart < 0 ? apart + entries.length : apart;
    }

    private int place(int cookie) {
        long mixed = cookie * 0x9E37_79B9_7F4A_7C15L;
        return (int) (((mixed >>> 32) * entries.length) >>> 32);
    }

    private static long entry(int cookie, int homeSlot) {
        return (long) cookie << 32 | (homeSlot + 1L);
    }
}
