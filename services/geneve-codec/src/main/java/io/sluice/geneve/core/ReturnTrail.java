// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/**
 * What a return has behind it whose ingress was only guessed, in one word: how many ingresses were asked, and which of them
 * has its flow although packets of its direction do not come in there. Others have {@link #NONE} but for their way through the
 * shards of one process.
 *
 * <p><b>Threading</b>: any. <b>Allocation</b>: none.
 */
public final class ReturnTrail {

    /** The return is where it belongs, or has been everywhere: it is passed on to no other ingress. */
    public static final long NONE = 0;

    /** The first ingress is asked. */
    public static final long GUESSED = 1L << 48;

    /** Ingresses that are asked at most, the first one included: so often a return crosses the link, and back once. */
    public static final int ASKED_MAX = 8;

    private static final long HOME = 1L << 52;
    private static final int ASKED_SHIFT = 48;
    private static final int PORT_SHIFT = 32;
    private static final long ASKED_MASK = 0xF;

    private ReturnTrail() {}

    /**
     * The trail of a return that an ingress passed on.
     *
     * @param asked ingresses that are or have been asked, the present one included, 0-{@value #ASKED_MAX}; of 0 it is
     *     {@link #NONE}
     * @param holderAddress IPv4 address on the link of the ingress that has the flow
     * @param holderPort its port; 0 where none is known
     */
    public static long of(int asked, int holderAddress, int holderPort) {
        return asked == 0
                ? NONE
                : (asked & ASKED_MASK) << ASKED_SHIFT
                        | (holderPort & 0xFFFFL) << PORT_SHIFT
                        | (holderAddress & 0xFFFF_FFFFL);
    }

    /** Ingresses that are or have been asked, the present one included. */
    public static int asked(long trail) {
        return (int) (trail >>> ASKED_SHIFT & ASKED_MASK);
    }

    /** The same trail of a return that goes round the shards of its ingress, and to the one it belongs to last. */
    public static long comingHome(long trail) {
        return trail | HOME;
    }

    /** Whether the last shard asked is the one it belongs to. */
    public static boolean comesHome(long trail) {
        return (trail & HOME) != 0;
    }

    /** Whether one of those that were asked has the flow. */
    public static boolean isHeld(long trail) {
        return holderPort(trail) != 0;
    }

    /** Where that is: its IPv4 address on the link. */
    public static int holderAddress(long trail) {
        return (int) trail;
    }

    /** Its port there; 0 where none has it. */
    public static int holderPort(long trail) {
        return (int) (trail >>> PORT_SHIFT) & 0xFFFF;
    }
}
