// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.Hex;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RawDatagramTest {

    private static final byte[] PAYLOAD = Hex.parse("0800080000000000" + "01080102a1b2c3d4e5f60718"
            + "010802020000000000000000" + "01080301c0ffee01" + "4500002812344000" + "3f06e3780a140005cb00710a"
            + "9c4001bb01020304000000005002faf0cccc0000");

    private static RawDatagram datagram(RawDatagram.Checksum checksum) {
        return new RawDatagram(socket("10.10.2.11", 61_001), socket("10.10.2.50", 6081), 64, checksum);
    }

    private static InetSocketAddress socket(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    /** The worked example of the contract (section 1.4), computed by somebody else. */
    @Test
    void writesTheWorkedExample() {
        byte[] packet = datagram(RawDatagram.Checksum.ZERO).packet(PAYLOAD);

        assertThat(Hex.format(Arrays.copyOf(packet, 28)))
                .isEqualTo("4500006c00000000401162310a0a020b0a0a0232" + "ee4917c100580000");
        assertThat(Arrays.copyOfRange(packet, 28, packet.length)).isEqualTo(PAYLOAD);
    }

    @Test
    void knowsTheRightChecksumAndAWrongOne() {
        assertThat(checksum(RawDatagram.Checksum.RIGHT)).isEqualTo(0x0c6c);
        assertThat(checksum(RawDatagram.Checksum.WRONG)).isNotIn(0, 0x0c6c);
    }

    private static int checksum(RawDatagram.Checksum checksum) {
        return ByteBuffer.wrap(datagram(checksum).packet(PAYLOAD)).getShort(26) & 0xffff;
    }
}
