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
import static io.sluice.appliance.Packets.SYN_ACK_PACKET;
import static io.sluice.appliance.Packets.SYN_PACKET;
import static io.sluice.appliance.Packets.UDP6;
import static io.sluice.appliance.Packets.UDP6_PACKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.appliance.Packets;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each way to tamper changes one thing and leaves every other byte alone. */
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
                new Row(Tamper.INNER, UDP6_PACKET, HEADER_V6 + OPTIONS + moved6),
                new Row(Tamper.OTHER_COOKIE, SYN_PACKET, SYN_PACKET.replace("c0ffee01", "0000000b")),
                new Row(Tamper.OLD_COOKIE, SYN_PACKET, SYN_PACKET.replace("c0ffee01", "0000000a")),
                new Row(Tamper.OLD_COOKIE, UDP6_PACKET, UDP6_PACKET),
                new Row(Tamper.VNI, SYN_PACKET, SYN_PACKET.replaceFirst("^0800080000000000", "08000800abcdef00")),
                new Row(Tamper.ORDER, SYN_PACKET, HEADER_V4 + COOKIE + ATTACHMENT + ENDPOINT + SYN),
                new Row(
                        Tamper.RESERVED,
                        SYN_PACKET,
                        "083f0800000000ff"
                                + (OPTIONS + SYN)
                                        .replace("01080102", "010801e2")
                                        .replace("01080202", "010802e2")
                                        .replace("01080301", "010803e1")),
                // TTL 63 becomes 62, so the header checksum e378 becomes e478
                new Row(Tamper.TTL, SYN_PACKET, HEADER_V4 + OPTIONS + SYN.replace("3f06e378", "3e06e478")),
                new Row(Tamper.TTL, UDP6_PACKET, HEADER_V6 + OPTIONS + UDP6.replaceFirst("000c1140", "000c113f")));
    }

    private final CookieMemory cookies = new CookieMemory(8);
    private final GatewayPacket packet = new GatewayPacket();

    private byte[] note(String hex) {
        byte[] bytes = Packets.bytes(hex);
        assertThat(packet.parse(ByteBuffer.wrap(bytes), bytes.length)).isNull();
        cookies.note(packet);
        return bytes;
    }

    /** The tuple had another cookie before, and another tuple came in between. */
    @ParameterizedTest
    @MethodSource("rows")
    void breaksOneRule(Row row) {
        note(SYN_PACKET.replace("c0ffee01", "0000000a"));
        note(SYN_PACKET.replace("9c4001bb", "9c4101bb").replace("c0ffee01", "0000000b"));
        byte[] bytes = note(row.before);
        int offset = row.tamper.apply(ByteBuffer.wrap(bytes), packet, cookies);
        assertThat(Packets.hex(Arrays.copyOfRange(bytes, offset, bytes.length))).isEqualTo(row.after);
    }

    @ParameterizedTest
    @EnumSource(names = {"OTHER_COOKIE", "OLD_COOKIE"})
    void leavesTheCookieWhileThereIsNoOther(Tamper tamper) {
        byte[] bytes = note(SYN_PACKET);
        tamper.apply(ByteBuffer.wrap(bytes), packet, cookies);
        assertThat(Packets.hex(bytes)).isEqualTo(SYN_PACKET);
    }

    /** Both directions share a tuple's cookies, so the reply has the same ones to mistake. */
    @Test
    void theCookieBeforeIsThatOfBothDirections() {
        note(SYN_PACKET.replace("c0ffee01", "0000000a"));
        note(SYN_PACKET);
        byte[] bytes = note(SYN_ACK_PACKET);
        Tamper.OLD_COOKIE.apply(ByteBuffer.wrap(bytes), packet, cookies);
        assertThat(Packets.hex(bytes)).isEqualTo(SYN_ACK_PACKET.replace("c0ffee01", "0000000a"));
    }

    @Test
    void remembersOnlySoManyTuples() {
        note(SYN_PACKET.replace("c0ffee01", "0000000a"));
        for (int i = 0; i < 8; i++) {
            note(SYN_PACKET.replace("9c4001bb", "9c5" + i + "01bb"));
        }
        byte[] bytes = note(SYN_PACKET);
        Tamper.OLD_COOKIE.apply(ByteBuffer.wrap(bytes), packet, cookies);
        assertThat(Packets.hex(bytes)).isEqualTo(SYN_PACKET);
    }

    @Test
    void saysWhichAGatewayMustNotMind() {
        assertThat(Arrays.stream(Tamper.values()).filter(Tamper::mustPass))
                .containsExactlyInAnyOrder(Tamper.NONE, Tamper.VNI, Tamper.ORDER, Tamper.RESERVED, Tamper.TTL);
    }
}
