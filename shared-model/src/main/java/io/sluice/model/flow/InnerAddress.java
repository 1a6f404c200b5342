// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Text of an inner address kept as two longs (high 0 and low = 32 bits for IPv4). */
public final class InnerAddress {

    private InnerAddress() {}

    /**
     * Prints an address; never resolves anything.
     *
     * @param ipVersion 4 or 6
     * @param high bits 127..64, ignored for IPv4
     * @param low bits 63..0
     */
    public static String text(int ipVersion, long high, long low) {
        byte[] bytes = ipVersion == 6
                ? ByteBuffer.allocate(16).putLong(high).putLong(low).array()
                : ByteBuffer.allocate(4).putInt((int) low).array();
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 or 16 bytes are always an address", impossible);
        }
    }
}
