// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.util.BitSet;

/**
 * Numbers of buffer groups: one for each open path of the process, so that paths which share an event loop do not share
 * buffers. Low numbers are left to whoever configures Netty's own buffer rings.
 *
 * <p><b>Threading</b>: from any thread; used when paths open and close.
 */
final class BufferGroups {

    private static final int FIRST = 1_024;
    private static final int LAST = 65_535;
    private static final BitSet TAKEN = new BitSet();

    private BufferGroups() {}

    /** Takes the lowest number that is free. */
    static short take() {
        synchronized (TAKEN) {
            int group = TAKEN.nextClearBit(FIRST);
            if (group > LAST) {
                throw new IllegalStateException("more than " + (LAST - FIRST + 1) + " datagram paths");
            }
            TAKEN.set(group);
            return (short) group;
        }
    }

    static void giveBack(short group) {
        synchronized (TAKEN) {
            TAKEN.clear(Short.toUnsignedInt(group));
        }
    }
}
