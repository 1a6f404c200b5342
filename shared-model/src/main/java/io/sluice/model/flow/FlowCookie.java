// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

/**
 * The 32 bits of option 3.
 *
 * <pre>
 *  31 30 | 29 .. 24    | 23 .. 0
 *  epoch | incarnation | keyed hash of the flow and its target
 * </pre>
 *
 * Opaque to appliances; the fields are read by gateways only.
 */
public final class FlowCookie {

    /** Bits of the keyed hash. */
    public static final int MAC_BITS = 24;

    /** Mask of the keyed hash. */
    public static final int MAC_MASK = (1 << MAC_BITS) - 1;

    /** Values an incarnation can take on the wire. */
    public static final int INCARNATIONS = 64;

    /** Values a key epoch can take on the wire. */
    public static final int EPOCHS = 4;

    private FlowCookie() {}

    /** Puts the three fields together; each is masked to its width. */
    public static int of(int epoch, int incarnation, int mac) {
        return epoch << 30 | (incarnation & (INCARNATIONS - 1)) << MAC_BITS | (mac & MAC_MASK);
    }

    /** Key epoch, 0-3. */
    public static int epoch(int cookie) {
        return cookie >>> 30;
    }

    /** Incarnation, 0-63. */
    public static int incarnation(int cookie) {
        return cookie >>> MAC_BITS & (INCARNATIONS - 1);
    }

    /** The 24 bits of the keyed hash. */
    public static int mac(int cookie) {
        return cookie & MAC_MASK;
    }

    /** Text as people and the admin routes see it. */
    public static String text(int cookie) {
        return "0x%08x".formatted(cookie);
    }
}
