// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Where packets came in lately, so that what a target returns for them goes back there: a flow's directions may enter at
 * different ingresses, and each return must leave from the address its packet came to.
 *
 * <p>A hint and no more: bounded, forgetful, gone with the process. Of two that fall on one place the later one stays; a whole
 * 64-bit word is compared, of endpoint, cookie and addresses, so that flows of different ingresses with one cookie are not
 * mixed up. A return comes some milliseconds after its packet: {@value #PLACES} places are enough for a million packets a
 * second.
 *
 * <p><b>Threading</b>: written by the shard's event loop, read by any. Each place has a stamp that is odd while it is changed
 * and another one after each change: who finds the same even stamp before and after has read what belongs together. What is as
 * it was is not written, so that a place that others read stays in their caches. <b>Layout</b>: stamp, word and key of a target
 * are beside each other. <b>Allocation</b>: none after start.
 */
final class EntryHints {

    static final int PLACES = 1 << 16;

    private static final int PLACE_BITS = 2;
    private static final int WORD = 1;
    private static final int TARGET_KEY = 2;

    /** Words of {@link InnerAddresses} are never 0, as that of an empty place is. */
    private final AtomicLongArray places;

    private final AtomicReferenceArray<@Nullable LinkPeer> ingresses;
    private final int mask;
    private final long seed;

    /**
     * @param seed of this process alone: nobody else can tell which flows share a place
     */
    EntryHints(long seed) {
        this(seed, PLACES);
    }

    /**
     * @param placeCount a power of two
     */
    EntryHints(long seed, int placeCount) {
        this.seed = seed;
        this.mask = placeCount - 1;
        this.places = new AtomicLongArray(placeCount << PLACE_BITS);
        this.ingresses = new AtomicReferenceArray<>(placeCount);
    }

    /** A packet came in there, for this target. */
    void note(long word, LinkPeer ingress, long targetKey) {
        int place = place(word);
        int at = place << PLACE_BITS;
        if (places.getPlain(at + WORD) == word
                && ingresses.getPlain(place) == ingress
                && places.getPlain(at + TARGET_KEY) == targetKey) {
            return;
        }
        long stamp = places.getPlain(at);
        places.setOpaque(at, stamp + 1);
        VarHandle.storeStoreFence();
        places.setOpaque(at + WORD, word);
        places.setOpaque(at + TARGET_KEY, targetKey);
        ingresses.setOpaque(place, ingress);
        places.setRelease(at, stamp + 2);
    }

    /** Where a packet came in, or null where that is not known or its process is gone. */
    @Nullable
    LinkPeer ingress(long word) {
        int place = place(word);
        int at = place << PLACE_BITS;
        long stamp = places.getAcquire(at);
        if (places.getOpaque(at + WORD) != word) {
            return null;
        }
        LinkPeer ingress = ingresses.getOpaque(place);
        return ingress != null && isUnchanged(at, stamp) && ingress.linked() ? ingress : null;
    }

    /** Target of the packet; 0 where none is known. */
    long targetKey(long word) {
        int at = place(word) << PLACE_BITS;
        long stamp = places.getAcquire(at);
        if (places.getOpaque(at + WORD) != word) {
            return 0;
        }
        long targetKey = places.getOpaque(at + TARGET_KEY);
        return isUnchanged(at, stamp) ? targetKey : 0;
    }

    private boolean isUnchanged(int at, long stamp) {
        VarHandle.loadLoadFence();
        return (stamp & 1) == 0 && places.getOpaque(at) == stamp;
    }

    private int place(long word) {
        return (int) Mixed.of(word ^ seed) & mask;
    }
}
