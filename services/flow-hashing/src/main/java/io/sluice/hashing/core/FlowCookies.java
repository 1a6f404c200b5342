// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import io.sluice.model.flow.FlowCookie;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.TargetRef;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Issues flow cookies and knows them again: a keyed hash of the flow and its target, so that only who has the master secret
 * can make one.
 *
 * <p><b>What is hashed</b>, as 64-bit words under SipHash-2-4: a domain word, the epoch, the six words of {@link FlowKey}
 * (endpoint, stickiness kind, IP version, normalised tuple), the incarnation, the target's registration, and the names of
 * its group and itself, each led by its length. The low 24 bits of the result enter the cookie.
 *
 * <p><b>Keys.</b> Each epoch of {@value #EPOCH_MS} ms has its own, derived by HMAC-SHA-256 from the master secret and the
 * epoch's number: every process with the same secret issues the same cookies, and no key ever travels. A second secret may
 * be accepted ({@link MasterSecrets}), nothing is issued under it.
 *
 * <p><b>Incarnation.</b> The slot of {@value #SLOT_MS} ms in which the flow was created, so that a tuple that is used
 * again gets another cookie (W-17); who re-uses a tuple within a slot takes the next
 * (see {@link #slotAfter}). A tuple can be used 64 times in a slot before a cookie comes again.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Allocation</b>: for the first cookie of a target, and of
 * an epoch.
 */
public final class FlowCookies {

    /** The least number of bytes a master secret has. */
    public static final int SECRET_BYTES_MIN = 32;

    /** How long a key is used for new cookies: one day. */
    public static final long EPOCH_MS = 86_400_000;

    /** Length of the slots that number incarnations. */
    public static final long SLOT_MS = 8_000;

    /** How many slots a cookie of the recent past may be behind; with more it cannot be told from one that ran ahead. */
    private static final int SLOTS_BEHIND_MAX = 16;

    /** Answer of {@link #issuedAtMs} about a cookie that nobody with a secret of ours has issued. */
    public static final long NOT_ISSUED = Long.MIN_VALUE;

    /** Slots that a cookie may be ahead of the clock, so that it is read as one of now and not of 512 s ago. */
    private static final int SLOTS_AHEAD_MAX = 1;

    private static final int FIXED_WORDS = 2 + FlowKey.WORDS + 2;

    /** Targets whose names are kept ready. */
    private static final int NAMES_MAX = 4_096;

    private final CookieKeys issuing;
    private final @Nullable CookieKeys accepted;
    private final Map<TargetRef, long[]> names = new HashMap<>();
    private long[] words = new long[FIXED_WORDS];

    /**
     * @param masterSecret at least {@value #SECRET_BYTES_MIN} bytes that nobody else knows; copied
     * @throws IllegalArgumentException where it is shorter
     */
    public FlowCookies(byte[] masterSecret) {
        this(masterSecret, null);
    }

    /**
     * @param masterSecret what cookies are issued under; copied
     * @param alsoAccepted a secret whose cookies are known again too; copied, null for none
     * @throws IllegalArgumentException where one is shorter than {@value #SECRET_BYTES_MIN} bytes
     */
    FlowCookies(byte[] masterSecret, byte @Nullable [] alsoAccepted) {
        issuing = new CookieKeys(masterSecret);
        accepted = alsoAccepted == null ? null : new CookieKeys(alsoAccepted);
    }

    /** The incarnation slot of a creation time: what {@link #issue} takes unless the tuple was used in it before. */
    public static long slot(long createdAtMs) {
        return Math.floorDiv(createdAtMs, SLOT_MS);
    }

    /** The slot a cookie was issued for: the least one, not before that of its flow's creation, with its 6 bits. */
    public static long slotOf(int cookie, long createdAtMs) {
        long slot = slot(createdAtMs);
        return slot + ((FlowCookie.incarnation(cookie) - slot) & (FlowCookie.INCARNATIONS - 1));
    }

    /** The slot a cookie was issued for: the latest one it can be, with its 6 bits. */
    public static long latestSlotOf(int cookie, long nowMs) {
        return latestSlot(FlowCookie.incarnation(cookie), nowMs);
    }

    private static long latestSlot(int incarnation, long nowMs) {
        long latest = slot(nowMs) + SLOTS_AHEAD_MAX;
        return latest - ((latest - incarnation) & (FlowCookie.INCARNATIONS - 1));
    }

    /**
     * The slot for a new cookie of a tuple whose last one is known, but not when it was issued: the given one, or the one
     * behind the last cookie's where that is not behind the given one already.
     *
     * <p>Of the 64 slots that can be meant, those up to {@value #SLOTS_BEHIND_MAX} behind (128 s) count as past, the
     * others as ahead: taken by re-use within a slot, 47 times over. A cookie that is older than that is taken for one
     * ahead, which does no harm: the new one differs from it either way.
     *
     * @param previousCookie cookie of the tuple's last flow
     * @param slot the earliest slot to take
     */
    public static long slotAfter(int previousCookie, long slot) {
        long ahead = (FlowCookie.incarnation(previousCookie) - slot) & (FlowCookie.INCARNATIONS - 1);
        return ahead >= FlowCookie.INCARNATIONS - SLOTS_BEHIND_MAX ? slot : slot + ahead + 1;
    }

    /**
     * The cookie of a new flow on a tuple that was used before (W-17): never the previous one.
     *
     * @param key array that holds the six words of {@link FlowKey}
     * @param firstWord index of the first of them
     * @param target the target the flow is pinned to
     * @param createdAtMs creation, milliseconds since 1970
     * @param previousCookie cookie of the tuple's last flow, 0 where none is known
     */
    public int next(long[] key, int firstWord, TargetRef target, long createdAtMs, int previousCookie) {
        long slot = slot(createdAtMs);
        return issue(key, firstWord, target, createdAtMs, previousCookie == 0 ? slot : slotAfter(previousCookie, slot));
    }

    /**
     * The cookie of a flow.
     *
     * @param key array that holds the six words of {@link FlowKey}
     * @param firstWord index of the first of them
     * @param target the target the flow is pinned to
     * @param createdAtMs creation, milliseconds since 1970; tells the epoch
     * @param incarnationSlot {@link #slot} of the creation, or a later one where that is taken; its low 6 bits count
     */
    public int issue(long[] key, int firstWord, TargetRef target, long createdAtMs, long incarnationSlot) {
        long epoch = Math.floorDiv(createdAtMs, EPOCH_MS);
        int incarnation = (int) incarnationSlot & (FlowCookie.INCARNATIONS - 1);
        int length = message(key, firstWord, target, epoch, incarnation);
        int mac = (int) issuing.hash(epoch, words, length);
        return FlowCookie.of((int) epoch & (FlowCookie.EPOCHS - 1), incarnation, mac);
    }

    /**
     * When a cookie was issued for a flow and a target, if it was: by whoever has the secret, or the accepted one.
     *
     * <p>Taken are cookies of today's epoch, of the two before, and of the next, which a clock ahead of this one may be in.
     * The time is read off the 6 bits of the incarnation: the latest it can have been, to 8 s; a flow that is older than
     * 512 s is taken for a younger one. Asked again later, the answer for a cookie is never an earlier time.
     *
     * @param key array that holds the six words of {@link FlowKey}
     * @param firstWord index of the first of them
     * @param target the target that the flow would be pinned to
     * @param cookie what is asked about
     * @param nowMs milliseconds since 1970
     * @return milliseconds since 1970, at most {@code nowMs}, or {@link #NOT_ISSUED}
     */
    public long issuedAtMs(long[] key, int firstWord, TargetRef target, int cookie, long nowMs) {
        long newest = Math.floorDiv(nowMs, EPOCH_MS) + 1;
        long epoch = newest - ((newest - FlowCookie.epoch(cookie)) & (FlowCookie.EPOCHS - 1));
        int length = message(key, firstWord, target, epoch, FlowCookie.incarnation(cookie));
        int mac = FlowCookie.mac(cookie);
        boolean issued = mac == ((int) issuing.hash(epoch, words, length) & FlowCookie.MAC_MASK)
                || (accepted != null && mac == ((int) accepted.hash(epoch, words, length) & FlowCookie.MAC_MASK));
        return issued ? latestIssueMs(epoch, FlowCookie.incarnation(cookie), nowMs) : NOT_ISSUED;
    }

    private static long latestIssueMs(long epoch, int incarnation, long nowMs) {
        long earliestMs = epoch * EPOCH_MS;
        long latestMs = Math.min(nowMs, earliestMs + EPOCH_MS - 1);
        return Math.min(latestMs, Math.max(earliestMs, latestSlot(incarnation, latestMs) * SLOT_MS));
    }

    /** Keyed hashes that {@link #issuedAtMs} makes of a cookie at most: as many as there are secrets. */
    public int macsPerCookie() {
        return accepted == null ? 1 : 2;
    }

    /** Writes what is hashed into {@link #words}: how many they are. */
    private int message(long[] key, int firstWord, TargetRef target, long epoch, int incarnation) {
        long[] name = nameOf(target);
        int length = FIXED_WORDS + name.length;
        if (words.length < length) {
            words = new long[length];
        }
        words[0] = CookieKeys.DOMAIN;
        words[1] = epoch;
        System.arraycopy(key, firstWord, words, 2, FlowKey.WORDS);
        words[2 + FlowKey.WORDS] = incarnation;
        words[3 + FlowKey.WORDS] = target.registration();
        System.arraycopy(name, 0, words, FIXED_WORDS, name.length);
        return length;
    }

    /** The words of a target's group and of itself. */
    private long[] nameOf(TargetRef target) {
        long[] known = names.get(target);
        if (known != null) {
            return known;
        }
        byte[] group = target.group().name().getBytes(StandardCharsets.UTF_8);
        byte[] id = target.id().value().getBytes(StandardCharsets.UTF_8);
        long[] made = new long[wordsOf(group) + wordsOf(id)];
        put(id, made, put(group, made, 0));
        if (names.size() >= NAMES_MAX) {
            names.clear();
        }
        names.put(target, made);
        return made;
    }

    /** One word for the length, then the bytes, the last word filled up with zeros. */
    private static int wordsOf(byte[] name) {
        return 1 + (name.length + Long.BYTES - 1) / Long.BYTES;
    }

    private static int put(byte[] name, long[] words, int firstWord) {
        words[firstWord] = name.length;
        for (int i = 0; i < name.length; i++) {
            words[firstWord + 1 + i / Long.BYTES] |= (name[i] & 0xFFL) << (i % Long.BYTES * Byte.SIZE);
        }
        return firstWord + wordsOf(name);
    }
}
