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
 * <p><b>Threading</b>: written by the shard's event loop, read by any. The word of a place is taken away before the rest of it
 * changes, and put in afterwards: who finds the same word before and after has read what belongs together. What is as it was
 * is not written, so that a place that others read stays in their caches. <b>Allocation</b>: none after start.
 */
final class EntryHints {

    static final int PLACES = 1 << 16;

    private static final int MASK = PLACES - 1;

    /** No packet has it: those of {@link InnerAddresses} are never 0. */
    private static final long NO_WORD = 0;

    private final AtomicLongArray words = new AtomicLongArray(PLACES);
    private final AtomicLongArray targetKeys = new AtomicLongArray(PLACES);
    private final AtomicReferenceArray<@Nullable LinkPeer> ingresses = new AtomicReferenceArray<>(PLACES);
    private final long seed;

    /**
     * @param seed of this process alone: nobody else can tell which flows share a place
     */
    EntryHints(long seed) {
        this.seed = seed;
    }

    /** A packet came in there, for this target. */
    void note(long word, LinkPeer ingress, long targetKey) {
        int at = place(word);
        if (words.getPlain(at) == word && ingresses.getPlain(at) == ingress && targetKeys.getPlain(at) == targetKey) {
            return;
        }
        words.setOpaque(at, NO_WORD);
        VarHandle.storeStoreFence();
        ingresses.setOpaque(at, ingress);
        targetKeys.setOpaque(at, targetKey);
        words.setRelease(at, word);
    }

    /** Where a packet came in, or null where that is not known or its process is gone. */
    @Nullable
    LinkPeer ingress(long word) {
        int at = place(word);
        if (words.getAcquire(at) != word) {
            return null;
        }
        LinkPeer ingress = ingresses.getAcquire(at);
        return ingress != null && words.getOpaque(at) == word && ingress.linked() ? ingress : null;
    }

    /** Target of the packet; 0 where none is known. */
    long targetKey(long word) {
        int at = place(word);
        if (words.getAcquire(at) != word) {
            return 0;
        }
        long targetKey = targetKeys.getAcquire(at);
        return words.getOpaque(at) == word ? targetKey : 0;
    }

    private int place(long word) {
        return (int) Mixed.of(word ^ seed) & MASK;
    }
}
