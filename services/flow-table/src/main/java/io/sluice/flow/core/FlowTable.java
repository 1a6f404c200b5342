// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static io.sluice.flow.core.FlowTableLayout.*;

import io.sluice.model.flow.FlowKey;

/**
 * The flows of one shard: key to target, cookie, state and times, in two {@code long[]} of fixed size.
 *
 * <p><b>How.</b> Open addressing with linear probing, kept in Robin Hood order: along a run of occupied slots the home
 * slots never decrease, so a look-up ends as soon as it meets an entry that is nearer to its home than the key would be.
 * At the highest load of 0.8 a hit takes 3 probes on average and a miss about as many; the worst displacement seen with
 * ten million random keys is below 100. An insertion that would push any entry beyond {@value #PROBES_MAX} slots from
 * its home is refused, so <em>every</em> look-up is bounded by that number, whatever the keys. Deletion moves the rest
 * of the run back by one; there are no tombstones and nothing degrades with age.
 *
 * <p>The hash is the caller's and must depend on a secret, else senders could choose keys that collide. Its upper half
 * picks the home slot. Layout and limits are in the source of {@code FlowTableLayout}.
 *
 * <p><b>One-way flows.</b> A flow is embryonic until {@link #established} is called for it. Each endpoint's are in a list of
 * their own ({@code EmbryonicFlows}), so that {@link #evictable} finds room at the expense of nobody else.
 *
 * <p><b>Cookies.</b> {@link #findByCookie} goes by an index ({@code CookieIndex}) of 12 bytes a flow.
 *
 * <p><b>Slots.</b> A slot index is valid as long as {@link #layout} says the same: {@link #insert} and {@link #remove} may move
 * entries. Methods
 * that take a slot trust it to be occupied.
 *
 * <p><b>Threading.</b> Confined to one event loop. <b>Allocation.</b> None after construction. <b>Expiry.</b> Nothing
 * leaves by itself: an entry past its time is still found and {@link #expiredAt} tells; {@link FlowExpiry} removes it.
 *
 * <p><b>Errors.</b> A full table, too many endpoints, or a run that is too long is {@link #NONE}. Arguments out of range
 * and a key that is already there are programmer errors and throw.
 */
public final class FlowTable {

    /** No slot: not found, or no room. */
    public static final int NONE = -1;

    /** Slots a look-up visits at most, and how far from its home an entry may be. */
    public static final int PROBES_MAX = DISPLACEMENT_MAX;

    /** Entries an insertion moves at most; a longer run refuses it. */
    public static final int MOVES_MAX = 4096;

    /** How long a closed entry stays for trailing segments, in milliseconds (F-19). */
    public static final long CLOSED_LINGER_MS = 5_000;

    /** Largest capacity: slots are addressed by {@code long[]} index. */
    public static final int CAPACITY_MAX = 100_000_000;

    /** Answer of {@link #attachment} where no packet of that direction has come through one yet. */
    public static final int NO_ATTACHMENT = -1;

    /** Answer of {@link #frame(int, boolean)} where none was set. */
    public static final int NO_FRAME = 0;

    /** Largest frame index. */
    public static final int FRAME_INDEX_MAX = FRAME_MAX;

    /** Embryonic flows that {@link #evictable} compares at most. */
    public static final int EVICTION_VISITS_MAX = 64;

    private final long[] hot;
    private final long[] cold;
    private final int slots;
    private final int capacity;
    private final int[] flowsByTarget;
    private final EndpointCounts flowsByEndpoint;
    private final EmbryonicFlows embryonicFlows;
    private final CookieIndex slotsByCookie;
    private int size;
    private int layout;
    private int provisionalFlows;

    /**
     * Makes an empty table and all the memory it will ever use: 128 bytes a slot, 1.4 slots a flow, and 28
     * bytes a flow: 208 bytes a flow, 1.94 GiB for 10 million.
     *
     * @param capacity flows it holds at most, 1 to {@value #CAPACITY_MAX}
     * @param targetIndexes target indexes there are: each is 0 to this, exclusive; at most 2^20
     * @param endpointsMax endpoints that can have flows at the same time, 1 to 2^20
     */
    public FlowTable(int capacity, int targetIndexes, int endpointsMax) {
        require("capacity", capacity, 1, CAPACITY_MAX);
        require("number of target indexes", targetIndexes, 1, TARGET_INDEX_MAX + 1);
        require("number of endpoints", endpointsMax, 1, 1 << 20);
        this.slots = Math.max(8, (int) ((capacity * 7L + 4) / 5));
        this.hot = new long[slots << SLOT_SHIFT];
        this.cold = new long[slots << SLOT_SHIFT];
        this.capacity = capacity;
        this.flowsByTarget = new int[targetIndexes];
        this.flowsByEndpoint = new EndpointCounts(endpointsMax);
        this.embryonicFlows = new EmbryonicFlows(capacity);
        this.slotsByCookie = new CookieIndex(capacity);
    }

    /**
     * Looks a key up, whether its time is over or not.
     *
     * @param key array that holds the six words of {@link FlowKey}
     * @param firstWord index of the first of them
     * @param hash the caller's seeded hash of the key
     * @return slot, or {@link #NONE}
     */
    public int find(long[] key, int firstWord, long hash) {
        long endpoint = key[firstWord];
        long traits = key[firstWord + TRAITS];
        int slot = home(hash);
        for (int probed = 0; probed <= PROBES_MAX; probed++) {
            int base = slot << SLOT_SHIFT;
            long word5 = hot[base + TRAITS];
            if (word5 == 0) {
                return NONE;
            }
            if ((word5 & TRAITS_KEY_MASK) == traits && hot[base] == endpoint && sameAddresses(base, key, firstWord)) {
                return slot;
            }
            if ((hot[base + ROUTE] & DISPLACEMENT_MASK) < probed) {
                return NONE;
            }
            slot = after(slot);
        }
        return NONE;
    }

    /**
     * The first flow of an endpoint that has a cookie: what there is to go by where a packet does not show its flow's
     * tuple.
     *
     * @return slot, or {@link #NONE}
     */
    public int findByCookie(long endpointId, int cookie) {
        return findByCookie(endpointId, cookie, 0);
    }

    /**
     * The next flow of an endpoint that has a cookie. Two flows can share one, as 24 of its bits are a hash: who tells them
     * apart by something else goes on behind the slot of each answer.
     *
     * @param fromSlot the least slot to answer, 0 to {@link #slots}
     * @return the least such slot, or {@link #NONE}
     */
    public int findByCookie(long endpointId, int cookie, int fromSlot) {
        int least = NONE;
        int at = slotsByCookie.find(cookie, slotsByCookie.first(cookie));
        while (at != CookieIndex.NONE) {
            int slot = slotsByCookie.homeSlot(at);
            for (int probed = 0; probed <= PROBES_MAX && displacementOrNone(slot) >= probed; probed++) {
                if (displacement(slot) == probed
                        && cookie(slot) == cookie
                        && endpointId(slot) == endpointId
                        && slot >= fromSlot
                        && (least == NONE || slot < least)) {
                    least = slot;
                }
                slot = after(slot);
            }
            at = slotsByCookie.find(cookie, slotsByCookie.after(at));
        }
        return least;
    }

    /** Whether a flow of any endpoint has a cookie. */
    public boolean cookieInUse(int cookie) {
        return slotsByCookie.find(cookie, slotsByCookie.first(cookie)) != CookieIndex.NONE;
    }

    private int displacementOrNone(int slot) {
        return occupied(slot) ? displacement(slot) : NONE;
    }

    private int homeOf(int slot) {
        int home = slot - displacement(slot);
        return home < 0 ? home + slots : home;
    }

    /**
     * Adds a flow, embryonic, counters at 0, last seen now, not attached, without frames, never moved.
     *
     * @param key array that holds the six words of a key that is not in the table
     * @param firstWord index of the first of them
     * @param hash the caller's seeded hash of the key
     * @param targetIndex the ingress's index of the target
     * @param cookie the flow's cookie (W-16)
     * @param portSlot which source port of the shard's pool it keeps (W-5), 0-15
     * @param tcpState state of {@link TcpTracker}
     * @param initiatorIsLower whether the packet that opened it came from the lower side
     * @param provisional whether it was decided locally and is not acknowledged yet
     * @param idleTimeoutMs how long it lives without a packet, 1 to 16,777,215 (F-10, F-12)
     * @param createdAtMs creation as the authority says, milliseconds since 1970, 48 bits
     * @param nowMs the table's clock
     * @return slot, or {@link #NONE} where there is no room: nothing has changed then
     */
    public int insert(
            long[] key,
            int firstWord,
            long hash,
            int targetIndex,
            int cookie,
            int portSlot,
            int tcpState,
            boolean initiatorIsLower,
            boolean provisional,
            long idleTimeoutMs,
            long createdAtMs,
            long nowMs) {
        long traits = key[firstWord + TRAITS];
        if (traits == 0 || (traits & ~TRAITS_KEY_MASK) != 0) {
            throw new IllegalArgumentException(
                    "word 5 of a flow key is 0x%016x: expected 48 bits, not all 0, above 16 zero bits"
                            .formatted(traits));
        }
        require("target index", targetIndex, 0, flowsByTarget.length - 1);
        require("port slot", portSlot, 0, PORT_SLOT_MAX);
        require("TCP state", tcpState, 0, TCP_STATE_MAX);
        require("idle timeout (ms)", idleTimeoutMs, 1, IDLE_TIMEOUT_MAX_MS);

        long endpoint = key[firstWord];
        if (size == capacity || !flowsByEndpoint.hasRoomFor(endpoint)) {
            return NONE;
        }
        int displacement = displacementFor(key, firstWord, hash);
        if (displacement > PROBES_MAX) {
            return NONE;
        }
        int slot = home(hash) + displacement;
        slot = slot < slots ? slot : slot - slots;
        if (!openGap(slot)) {
            return NONE;
        }

        int base = slot << SLOT_SHIFT;
        System.arraycopy(key, firstWord, hot, base, TRAITS);
        hot[base + TRAITS] = traits
                | (long) tcpState << TCP_STATE_SHIFT
                | (provisional ? PROVISIONAL : 0)
                | (initiatorIsLower ? INITIATOR_IS_LOWER : 0)
                | portSlot;
        hot[base + ROUTE] = (long) cookie << COOKIE_SHIFT | (long) targetIndex << TARGET_SHIFT | displacement;
        hot[base + TIMES] = nowMs << LAST_SEEN_SHIFT | idleTimeoutMs;
        for (int word = 0; word < SLOT_WORDS; word++) {
            cold[base + word] = 0;
        }
        cold[base + CREATED] = createdAtMs << CREATED_SHIFT;
        cold[base + FIRST_SEEN] = nowMs;
        flowsByTarget[targetIndex]++;
        flowsByEndpoint.increment(endpoint);
        int first = flowsByEndpoint.firstNode(endpoint);
        int node = embryonicFlows.append(first, slot, nowMs);
        if (first == EmbryonicFlows.NONE) {
            flowsByEndpoint.firstNode(endpoint, node);
        }
        cold[base + REPORTED] = nowMs << REPORTED_SHIFT | (node + 1L);
        slotsByCookie.add(cookie, home(hash));
        provisionalFlows += provisional ? 1 : 0;
        size++;
        return slot;
    }

    /** A number that changes whenever a flow is moved or removed: one whose slot is known may be elsewhere then, or gone. */
    public int layout() {
        return layout;
    }

    /** Takes a flow out. Entries behind it may move into its slot. */
    public void remove(int slot) {
        layout++;
        established(slot);
        slotsByCookie.remove(cookie(slot), homeOf(slot));
        flowsByTarget[targetIndex(slot)]--;
        flowsByEndpoint.decrement(endpointId(slot));
        provisionalFlows -= provisional(slot) ? 1 : 0;
        size--;
        int gap = slot;
        int next = after(gap);
        while (hot[(next << SLOT_SHIFT) + TRAITS] != 0 && displacement(next) > 0) {
            move(next, gap);
            hot[(gap << SLOT_SHIFT) + ROUTE]--;
            gap = next;
            next = after(next);
        }
        hot[(gap << SLOT_SHIFT) + TRAITS] = 0;
    }

    /** Whether a flow has been seen in one direction only, as far as {@link #established} was not called for it. */
    public boolean embryonic(int slot) {
        return node(slot) != EmbryonicFlows.NONE;
    }

    /** A packet of the other direction has come, or TCP's handshake is complete: the flow is evicted no more. */
    public void established(int slot) {
        int node = node(slot);
        if (node == EmbryonicFlows.NONE) {
            return;
        }
        long endpoint = endpointId(slot);
        flowsByEndpoint.firstNode(endpoint, embryonicFlows.remove(flowsByEndpoint.firstNode(endpoint), node));
        cold[(slot << SLOT_SHIFT) + REPORTED] &= ~NODE_MASK;
    }

    /**
     * Which embryonic flow of an endpoint to give up for a new one: the one idle longest among the first
     * {@value #EVICTION_VISITS_MAX} of its list. Those of them that were used since they were queued are queued anew, so
     * that the next call sees others.
     *
     * <p><b>Complexity.</b> At most {@value #EVICTION_VISITS_MAX} flows are looked at, so the answer is exact for an
     * endpoint with no more; among more it is one that is seldom used, as those in use are at the end.
     *
     * @param nowMs the table's clock
     * @return slot, or {@link #NONE} where the endpoint has no embryonic flow
     */
    public int evictable(long endpointId, long nowMs) {
        int first = flowsByEndpoint.firstNode(endpointId);
        if (first == EmbryonicFlows.NONE) {
            return NONE;
        }
        int last = embryonicFlows.last(first);
        int node = first;
        int idlest = NONE;
        long idlestMs = Long.MIN_VALUE;
        for (int visits = 1; ; visits++) {
            int slot = embryonicFlows.slot(node);
            long idleMs = idleMs(slot, nowMs);
            if (idleMs > idlestMs) {
                idlestMs = idleMs;
                idlest = slot;
            }
            int following = embryonicFlows.next(node);
            if (embryonicFlows.usedSinceQueued(node, lastSeenMs(slot))) {
                first = embryonicFlows.requeue(first, node, lastSeenMs(slot));
            }
            if (node == last || visits == EVICTION_VISITS_MAX) {
                flowsByEndpoint.firstNode(endpointId, first);
                return idlest;
            }
            node = following;
        }
    }

    /** The flow's node among its endpoint's embryonic flows, {@link EmbryonicFlows#NONE} where it is established. */
    int node(int slot) {
        return (int) (cold[(slot << SLOT_SHIFT) + REPORTED] & NODE_MASK) - 1;
    }

    /**
     * Pins a flow to another target under another cookie; state, times and counters stay. Moves are 0 until {@link #moves(int,
     * int)} says otherwise: what is decided alone has none.
     *
     * @param targetIndex the ingress's index of the new target
     * @param cookie the new cookie
     * @param provisional whether the new pin is not acknowledged yet
     * @param createdAtMs creation as the authority says, milliseconds since 1970, 48 bits
     */
    public void retarget(int slot, int targetIndex, int cookie, boolean provisional, long createdAtMs) {
        require("target index", targetIndex, 0, flowsByTarget.length - 1);
        int base = slot << SLOT_SHIFT;
        flowsByTarget[targetIndex(slot)]--;
        flowsByTarget[targetIndex]++;
        slotsByCookie.remove(cookie(slot), homeOf(slot));
        slotsByCookie.add(cookie, homeOf(slot));
        hot[base + ROUTE] = (long) cookie << COOKIE_SHIFT | (long) targetIndex << TARGET_SHIFT | displacement(slot);
        markProvisional(slot, provisional);
        cold[base + CREATED] = createdAtMs << CREATED_SHIFT;
    }

    /**
     * Counts a packet and refreshes last seen (F-13).
     *
     * @param fromLower whether its source is the key's lower side
     * @param innerBytes its inner length
     * @param nowMs the table's clock
     */
    public void packet(int slot, boolean fromLower, int innerBytes, long nowMs) {
        count(slot, fromLower, innerBytes);
        refresh(slot, nowMs);
    }

    /** Counts a packet that does not keep its flow alive (see {@link TcpTracker#refreshes}). */
    public void count(int slot, boolean fromLower, int innerBytes) {
        int at = (slot << SLOT_SHIFT) + (fromLower ? 0 : UPPER);
        cold[at + PACKETS]++;
        cold[at + BYTES] += innerBytes;
    }

    /** Sets last seen. */
    public void refresh(int slot, long nowMs) {
        int at = (slot << SLOT_SHIFT) + TIMES;
        hot[at] = nowMs << LAST_SEEN_SHIFT | (hot[at] & IDLE_TIMEOUT_MASK);
    }

    /** Whether the time of an entry is over: idle for its timeout, or closed for {@link #CLOSED_LINGER_MS}. */
    public boolean expiredAt(int slot, long nowMs) {
        long times = hot[(slot << SLOT_SHIFT) + TIMES];
        long timeoutMs = times & IDLE_TIMEOUT_MASK;
        if (TcpTracker.closed(tcpState(slot))) {
            timeoutMs = Math.min(timeoutMs, CLOSED_LINGER_MS);
        }
        return elapsedMs(nowMs, times >>> LAST_SEEN_SHIFT) >= timeoutMs;
    }

    /** The ingress's index of the flow's target. */
    public int targetIndex(int slot) {
        return (int) hot[(slot << SLOT_SHIFT) + ROUTE] >>> TARGET_SHIFT;
    }

    /** The flow's cookie. */
    public int cookie(int slot) {
        return (int) (hot[(slot << SLOT_SHIFT) + ROUTE] >>> COOKIE_SHIFT);
    }

    /** Which source port of the shard's pool the flow keeps, 0-15. */
    public int portSlot(int slot) {
        return (int) hot[(slot << SLOT_SHIFT) + TRAITS] & PORT_SLOT_MAX;
    }

    /** State as {@link TcpTracker} keeps it. */
    public int tcpState(int slot) {
        return (int) hot[(slot << SLOT_SHIFT) + TRAITS] >>> TCP_STATE_SHIFT & TCP_STATE_MAX;
    }

    /** Replaces the state. */
    public void tcpState(int slot, int tcpState) {
        int at = (slot << SLOT_SHIFT) + TRAITS;
        hot[at] = (hot[at] & ~TCP_STATE_MASK) | (long) (tcpState & TCP_STATE_MAX) << TCP_STATE_SHIFT;
    }

    /** Whether the flow was decided locally and is not acknowledged yet. */
    public boolean provisional(int slot) {
        return (hot[(slot << SLOT_SHIFT) + TRAITS] & PROVISIONAL) != 0;
    }

    /** Flows that were decided locally and are not acknowledged yet. */
    public int provisionalFlows() {
        return provisionalFlows;
    }

    /** Says whether somebody has acknowledged what a flow is pinned to; where not, its authority is asked. */
    public void markProvisional(int slot, boolean provisional) {
        provisionalFlows += (provisional ? 1 : 0) - (provisional(slot) ? 1 : 0);
        int at = (slot << SLOT_SHIFT) + TRAITS;
        hot[at] = provisional ? hot[at] | PROVISIONAL : hot[at] & ~PROVISIONAL;
    }

    /** Whether the packet that opened the flow came from the key's lower side. */
    public boolean initiatorIsLower(int slot) {
        return (hot[(slot << SLOT_SHIFT) + TRAITS] & INITIATOR_IS_LOWER) != 0;
    }

    /** Last packet that refreshed the flow, milliseconds of the table's clock modulo 2^40. */
    public long lastSeenMs(int slot) {
        return hot[(slot << SLOT_SHIFT) + TIMES] >>> LAST_SEEN_SHIFT;
    }

    /** How long the flow lives without a packet. */
    public long idleTimeoutMs(int slot) {
        return hot[(slot << SLOT_SHIFT) + TIMES] & IDLE_TIMEOUT_MASK;
    }

    /** Replaces the idle timeout (F-14: an entry that mixes protocols lives longer once TCP has used it). */
    public void idleTimeoutMs(int slot, long idleTimeoutMs) {
        require("idle timeout (ms)", idleTimeoutMs, 1, IDLE_TIMEOUT_MAX_MS);
        int at = (slot << SLOT_SHIFT) + TIMES;
        hot[at] = (hot[at] & ~IDLE_TIMEOUT_MASK) | idleTimeoutMs;
    }

    /** Milliseconds since last seen; negative where the clock was set back. */
    public long idleMs(int slot, long nowMs) {
        return elapsedMs(nowMs, lastSeenMs(slot));
    }

    /** When the flow's first packet came here, the table's clock. */
    public long firstSeenMs(int slot) {
        return cold[(slot << SLOT_SHIFT) + FIRST_SEEN];
    }

    /** Milliseconds since the flow's first packet here. */
    public long ageMs(int slot, long nowMs) {
        return elapsedMs(nowMs, firstSeenMs(slot));
    }

    /** Creation as the authority says, milliseconds since 1970. */
    public long createdAtMs(int slot) {
        return cold[(slot << SLOT_SHIFT) + CREATED] >> CREATED_SHIFT;
    }

    /** How often the flow was moved to another target, as the authority says; 0 where nobody said so. */
    public int moves(int slot) {
        return (int) (cold[(slot << SLOT_SHIFT) + CREATED] & MOVES_SAID_MASK);
    }

    /**
     * Says how often an authority has moved the flow, as of its present target and cookie.
     *
     * @param moves 0 to 32,767; a flow that was moved more often has that number, as its record has
     */
    public void moves(int slot, int moves) {
        require("number of moves", moves, 0, MOVES_SAID_MAX);
        int at = (slot << SLOT_SHIFT) + CREATED;
        cold[at] = (cold[at] & ~MOVES_SAID_MASK) | moves;
    }

    /** Packets from one side. */
    public long packets(int slot, boolean fromLower) {
        return cold[(slot << SLOT_SHIFT) + (fromLower ? 0 : UPPER) + PACKETS];
    }

    /** Inner bytes from one side. */
    public long bytes(int slot, boolean fromLower) {
        return cold[(slot << SLOT_SHIFT) + (fromLower ? 0 : UPPER) + BYTES];
    }

    /** Index of the attachment that packets from one side came through last, or {@link #NO_ATTACHMENT}. */
    public int attachment(int slot, boolean fromLower) {
        int shift = fromLower ? LOWER_ATTACHMENT_SHIFT : UPPER_ATTACHMENT_SHIFT;
        return (int) (cold[(slot << SLOT_SHIFT) + ATTACHMENTS] >>> shift & 0xFFFF) - 1;
    }

    /**
     * Remembers which attachment packets from one side come through: packets of that direction leave there again.
     *
     * @param attachmentIndex 0 to 65,534
     */
    public void attach(int slot, boolean fromLower, int attachmentIndex) {
        require("attachment index", attachmentIndex, 0, ATTACHMENT_MAX);
        int shift = fromLower ? LOWER_ATTACHMENT_SHIFT : UPPER_ATTACHMENT_SHIFT;
        int at = (slot << SLOT_SHIFT) + ATTACHMENTS;
        cold[at] = (cold[at] & ~(0xFFFFL << shift)) | (attachmentIndex + 1L) << shift;
    }

    /** Index of the frame header that packets from one side came with last, or {@link #NO_FRAME}. */
    public int frame(int slot, boolean fromLower) {
        int shift = fromLower ? LOWER_FRAME_SHIFT : UPPER_FRAME_SHIFT;
        return (int) (cold[(slot << SLOT_SHIFT) + ATTACHMENTS] >>> shift) & FRAME_MAX;
    }

    /**
     * Remembers which frame header packets from one side come with.
     *
     * @param frameIndex 1 to {@value #FRAME_INDEX_MAX}, or {@link #NO_FRAME}
     */
    public void frame(int slot, boolean fromLower, int frameIndex) {
        require("frame index", frameIndex, NO_FRAME, FRAME_MAX);
        int shift = fromLower ? LOWER_FRAME_SHIFT : UPPER_FRAME_SHIFT;
        int at = (slot << SLOT_SHIFT) + ATTACHMENTS;
        cold[at] = (cold[at] & ~((long) FRAME_MAX << shift)) | (long) frameIndex << shift;
    }

    /**
     * Whether the authority's record should be refreshed: packets came since it was told, and what it knows is half an
     * idle timeout old.
     */
    public boolean refreshDue(int slot, long nowMs) {
        int reportedMs = (int) (cold[(slot << SLOT_SHIFT) + REPORTED] >>> REPORTED_SHIFT);
        return (int) lastSeenMs(slot) - reportedMs > 0
                && (int) nowMs - reportedMs >= idleTimeoutMs(slot) >>> 1
                && !TcpTracker.closed(tcpState(slot));
    }

    /** Notes that the authority was told of the flow's last packet. */
    public void reported(int slot) {
        int at = (slot << SLOT_SHIFT) + REPORTED;
        cold[at] = lastSeenMs(slot) << REPORTED_SHIFT | (cold[at] & NODE_MASK);
    }

    /** Copies the six words of a flow's key. */
    public void copyKey(int slot, long[] key, int firstWord) {
        int base = slot << SLOT_SHIFT;
        System.arraycopy(hot, base, key, firstWord, FlowKey.WORDS);
        key[firstWord + TRAITS] &= TRAITS_KEY_MASK;
    }

    /** The flow's endpoint. */
    public long endpointId(int slot) {
        return hot[slot << SLOT_SHIFT];
    }

    /**
     * The first occupied slot at or after one, for listing; not for the packet path.
     *
     * @param fromSlot 0 to {@link #slots}
     * @return slot, or {@link #NONE} at the end
     */
    public int nextOccupied(int fromSlot) {
        for (int slot = fromSlot; slot < slots; slot++) {
            if (occupied(slot)) {
                return slot;
            }
        }
        return NONE;
    }

    /** Whether it holds as many flows as it may. */
    public boolean full() {
        return size == capacity;
    }

    /** Flows that hold a target index: it must not be given to another target before this is 0. */
    public int liveFlows(int targetIndex) {
        return flowsByTarget[targetIndex];
    }

    /** Flows of an endpoint, for its quota. */
    public int endpointFlows(long endpointId) {
        return flowsByEndpoint.count(endpointId);
    }

    /** Flows in the table, expired ones included. */
    public int size() {
        return size;
    }

    /** Flows it holds at most. */
    public int capacity() {
        return capacity;
    }

    /** Slots it has. */
    public int slots() {
        return slots;
    }

    /** The slot behind another; behind the last one is the first. */
    public int after(int slot) {
        return slot + 1 == slots ? 0 : slot + 1;
    }

    /** Whether a slot holds a flow. */
    public boolean occupied(int slot) {
        return hot[(slot << SLOT_SHIFT) + TRAITS] != 0;
    }

    int displacement(int slot) {
        return (int) (hot[(slot << SLOT_SHIFT) + ROUTE] & DISPLACEMENT_MASK);
    }

    /** The next of an endpoint's embryonic flows in queue order, for checks; NONE begins and ends. */
    int embryonicAfter(long endpointId, int slot) {
        int first = flowsByEndpoint.firstNode(endpointId);
        if (first == EmbryonicFlows.NONE) {
            return NONE;
        }
        int following = slot == NONE ? first : embryonicFlows.next(node(slot));
        return slot != NONE && following == first ? NONE : embryonicFlows.slot(following);
    }

    /** Flows in the cookie index, for checks. */
    int indexedCookies() {
        return slotsByCookie.size();
    }

    int endpoints() {
        return flowsByEndpoint.endpoints();
    }

    int home(long hash) {
        return (int) (((hash >>> 32) * slots) >>> 32);
    }

    private boolean sameAddresses(int base, long[] key, int firstWord) {
        return hot[base + 1] == key[firstWord + 1]
                && hot[base + 2] == key[firstWord + 2]
                && hot[base + 3] == key[firstWord + 3]
                && hot[base + 4] == key[firstWord + 4];
    }

    /** How far from its home a new key belongs: behind every entry that is at least as far from its own home. */
    private int displacementFor(long[] key, int firstWord, long hash) {
        long traits = key[firstWord + TRAITS];
        int slot = home(hash);
        for (int probed = 0; probed <= PROBES_MAX; probed++) {
            int base = slot << SLOT_SHIFT;
            long word5 = hot[base + TRAITS];
            if (word5 == 0 || (hot[base + ROUTE] & DISPLACEMENT_MASK) < probed) {
                return probed;
            }
            if ((word5 & TRAITS_KEY_MASK) == traits
                    && hot[base] == key[firstWord]
                    && sameAddresses(base, key, firstWord)) {
                throw new IllegalArgumentException(
                        "the table has this flow already: " + FlowKey.copyOf(key, firstWord));
            }
            slot = after(slot);
        }
        return PROBES_MAX + 1;
    }

    /** Empties a slot by moving the entries from it to the end of the run on by one; moves all of them or none. */
    private boolean openGap(int slot) {
        int end = slot;
        for (int moves = 0; hot[(end << SLOT_SHIFT) + TRAITS] != 0; moves++) {
            if (moves == MOVES_MAX || displacement(end) == PROBES_MAX) {
                return false;
            }
            end = after(end);
        }
        while (end != slot) {
            int from = end == 0 ? slots - 1 : end - 1;
            move(from, end);
            hot[(end << SLOT_SHIFT) + ROUTE]++;
            end = from;
        }
        return true;
    }

    private void move(int from, int to) {
        layout++;
        System.arraycopy(hot, from << SLOT_SHIFT, hot, to << SLOT_SHIFT, SLOT_WORDS);
        System.arraycopy(cold, from << SLOT_SHIFT, cold, to << SLOT_SHIFT, SLOT_WORDS);
        int node = node(to);
        if (node != EmbryonicFlows.NONE) {
            embryonicFlows.moved(node, to);
        }
    }

    private static void require(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is out of range: expected " + min + " to " + max);
        }
    }
}
