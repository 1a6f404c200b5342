// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import static io.sluice.appliance.Packets.ATTACHMENT;
import static io.sluice.appliance.Packets.COOKIE;
import static io.sluice.appliance.Packets.ENDPOINT;
import static io.sluice.appliance.Packets.HEADER_V4;
import static io.sluice.appliance.Packets.HEADER_V6;
import static io.sluice.appliance.Packets.OPTIONS;
import static io.sluice.appliance.Packets.SYN;
import static io.sluice.appliance.Packets.SYN_PACKET;
import static io.sluice.appliance.Packets.UDP6;
import static io.sluice.appliance.Packets.UDP6_PACKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.appliance.Packets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to tamper breaks one rule and leaves every other byte alone. */
class TamperTest {

    record Row(Tamper tamper, String before, String after) {
        @Override
        public String toString() {
            return tamper + " of " + before.length() / 2 + " bytes";
        }
    }

    static Stream<Row> rows() {
        // Source 10.20.0.5 becomes 10.20.0.4, so the header checksum e378 becomes e379.
        String moved = SYN.replace("e3780a140005", "e3790a140004");
        String moved6 = UDP6.replaceFirst("0{7}1", "00000000");
        return Stream.of(
                new Row(Tamper.NONE, SYN_PACKET, SYN_PACKET),
                new Row(Tamper.PORTS, SYN_PACKET, SYN_PACKET),
                new Row(Tamper.OPTION1, SYN_PACKET, "0500080000000000" + ATTACHMENT + COOKIE + SYN),
                new Row(Tamper.OPTION2, SYN_PACKET, "0500080000000000" + ENDPOINT + COOKIE + SYN),
                new Row(Tamper.OPTION3, SYN_PACKET, "0600080000000000" + ENDPOINT + ATTACHMENT + SYN),
                new Row(Tamper.OPTION3, UDP6_PACKET, "060086dd00000000" + ENDPOINT + ATTACHMENT + UDP6),
                new Row(
                        Tamper.LENGTH,
                        SYN_PACKET,
                        "0700080000000000" + "01080101" + "e5f60718" + ATTACHMENT + COOKIE + SYN),
                new Row(Tamper.COOKIE, SYN_PACKET, SYN_PACKET.replace("c0ffee01", "3f0011fe")),
                new Row(Tamper.ENDPOINT, SYN_PACKET, SYN_PACKET.replace("a1b2c3d4e5f60718", "5e4d3c2b1a09f8e7")),
                new Row(Tamper.INNER, SYN_PACKET, HEADER_V4 + OPTIONS + moved),
                new Row(Tamper.INNER, UDP6_PACKET, HEADER_V6 + OPTIONS + moved6));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void breaksOneRule(Row row) {
        byte[] bytes = Packets.bytes(row.before);
        GatewayPacket packet = new GatewayPacket();
        assertThat(packet.parse(ByteBuffer.wrap(bytes), bytes.length)).isNull();
        int offset = row.tamper.apply(ByteBuffer.wrap(bytes), packet);
        assertThat(Packets.hex(Arrays.copyOfRange(bytes, offset, bytes.length))).isEqualTo(row.after);
    }
}
