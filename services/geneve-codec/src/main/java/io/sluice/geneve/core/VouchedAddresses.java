// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/**
 * Addresses that somebody vouched for lately. Bounded: of two that fall on one place the later one stays.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Limits</b>: {@value #PLACES} addresses, each for
 * {@value #VALID_MS} ms after it was last vouched for.
 */
final class VouchedAddresses {

    static final int PLACES = 1_024;

    /** Longer than what an appliance may still have to say about a flow that sends nothing. */
    static final long VALID_MS = 600_000;

    private static final int NO_ADDRESS = 0;

    private final int[] addresses = new int[PLACES];
    private final long[] untilMs = new long[PLACES];
    private boolean any;

    /** Takes an address in, or keeps it for longer. */
    void add(int address, long nowMs) {
        int at = place(address);
        addresses[at] = address;
        untilMs[at] = nowMs + VALID_MS;
        any = true;
    }

    /** Whether an address was vouched for lately. */
    boolean has(int address, long nowMs) {
        if (!any || address == NO_ADDRESS) {
            return false;
        }
        int at = place(address);
        return addresses[at] == address && untilMs[at] - nowMs > 0;
    }

    private static int place(int address) {
        int h = address * 0x9E37_79B9;
        return (h ^ h >>> 15) & (PLACES - 1);
    }
}
