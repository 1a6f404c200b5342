// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * What a test's appliance got from the gateway, and what it makes of it.
 *
 * <p><b>Layout</b> of the datagram, as the sheet's section 1.2 has it: GENEVE header of 8 bytes, then the options of
 * 8 + 4, 8 + 4 and 4 + 4 bytes in this order, then the inner packet.
 *
 * @param appliance address it came to
 * @param gateway address it came from
 * @param sourcePort port it came from
 * @param datagram UDP payload; whoever gets it may change it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ReturnedPacket(InetAddress appliance, InetAddress gateway, int sourcePort, byte[] datagram) {

    static final int HEADER_BYTES = 40;

    private static final int ENDPOINT_AT = 12;
    private static final int COOKIE_AT = 36;

    /** Whether the 40 bytes before the inner packet are those of the sheet but for ids and cookie (W-14). */
    boolean wellFormed() {
        ByteBuffer bytes = ByteBuffer.wrap(datagram);
        int protocolType = datagram[HEADER_BYTES] >>> 4 == 4 ? 0x0800 : 0x86DD;
        return bytes.getInt(0) == (0x0800_0000 | protocolType)
                && bytes.getInt(4) == 0
                && bytes.getInt(8) == 0x0108_0102
                && bytes.getInt(20) == 0x0108_0202
                && bytes.getLong(24) == 0
                && bytes.getInt(32) == 0x0108_0301;
    }

    long endpointId() {
        return ByteBuffer.wrap(datagram).getLong(ENDPOINT_AT);
    }

    int cookie() {
        return ByteBuffer.wrap(datagram).getInt(COOKIE_AT);
    }

    InnerTuple tuple() {
        return InnerTuple.of(datagram, HEADER_BYTES);
    }
}
