// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

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
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none after start.
 */
final class EntryHints {

    static final int PLACES = 1 << 16;

    private static final int MASK = PLACES - 1;

    private final long[] words = new long[PLACES];
    private final long[] targetKeys = new long[PLACES];
    private final @Nullable LinkPeer[] ingresses = new @Nullable LinkPeer[PLACES];
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
        words[at] = word;
        ingresses[at] = ingress;
        targetKeys[at] = targetKey;
    }

    /** Where a packet came in, or null where that is not known or its process is gone. */
    @Nullable
    LinkPeer ingress(long word) {
        int at = place(word);
        LinkPeer ingress = words[at] == word ? ingresses[at] : null;
        return ingress != null && ingress.linked() ? ingress : null;
    }

    /** Target of the packet; 0 where none is known. */
    long targetKey(long word) {
        int at = place(word);
        return words[at] == word ? targetKeys[at] : 0;
    }

    private int place(long word) {
        return (int) Mixed.of(word ^ seed) & MASK;
    }
}
