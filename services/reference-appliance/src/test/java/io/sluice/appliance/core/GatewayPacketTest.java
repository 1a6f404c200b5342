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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the sheet's section 1.2 as an appliance applies them. */
class GatewayPacketTest {

    private final GatewayPacket packet = new GatewayPacket();

    record Row(String name, String datagram, @Nullable Violation fatal, List<Violation> remarks) {
        Row(String name, String datagram, @Nullable Violation fatal, Violation... remarks) {
            this(name, datagram, fatal, List.of(remarks));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        String swapped = COOKIE + ATTACHMENT + ENDPOINT;
        String foreign = "ffff0701" + "00000000";
        return Stream.of(
                new Row("worked example 1.4", SYN_PACKET, null),
                new Row("the way back", SYN_ACK_PACKET, null),
                new Row("IPv6 inside", UDP6_PACKET, null),
                new Row("options in another order (W-15)", HEADER_V4 + swapped + SYN, null),
                new Row(
                        "an unknown option is skipped (W-15)",
                        "0a00080000000000" + foreign + OPTIONS + SYN,
                        null,
                        Violation.OPTION_EXTRA),
                new Row("VNI 100", "0800080000006400" + OPTIONS + SYN, null, Violation.VNI_NOT_ZERO),
                new Row("reserved bits", "0801080000000001" + OPTIONS + SYN, null, Violation.RESERVED_BITS),
                new Row(
                        "reserved bits of an option (W-11)",
                        HEADER_V4 + "01080122" + OPTIONS.substring(8) + SYN,
                        null,
                        Violation.RESERVED_BITS),
                new Row(
                        "C bit without a critical option",
                        "0840080000000000" + OPTIONS + SYN,
                        null,
                        Violation.CRITICAL_BIT),
                new Row("cookie twice", "0a00080000000000" + OPTIONS + COOKIE + SYN, null, Violation.OPTION_REPEATED),
                new Row("version 1", "4800080000000000" + OPTIONS + SYN, Violation.VERSION),
                new Row("O bit", "0880080000000000" + OPTIONS + SYN, Violation.CONTROL_PACKET),
                new Row("Ethernet inside", "0800655800000000" + OPTIONS + SYN, Violation.PROTOCOL_TYPE),
                new Row("no options", "0000080000000000" + SYN, Violation.OPTION_MISSING),
                new Row("no endpoint (W-14)", "0500080000000000" + ATTACHMENT + COOKIE + SYN, Violation.OPTION_MISSING),
                new Row("no attachment (W-14)", "0500080000000000" + ENDPOINT + COOKIE + SYN, Violation.OPTION_MISSING),
                new Row("no cookie (W-14)", "0600080000000000" + ENDPOINT + ATTACHMENT + SYN, Violation.OPTION_MISSING),
                new Row(
                        "endpoint of 4 bytes (W-14)",
                        "0700080000000000" + "01080101a1b2c3d4" + ATTACHMENT + COOKIE + SYN,
                        Violation.OPTION_LENGTH),
                new Row(
                        "cookie of 8 bytes (W-14)",
                        "0900080000000000" + ENDPOINT + ATTACHMENT + "01080302c0ffee0100000000" + SYN,
                        Violation.OPTION_LENGTH),
                new Row(
                        "option beyond the options",
                        HEADER_V4 + ENDPOINT + ATTACHMENT + "01080302c0ffee01" + SYN,
                        Violation.OPTIONS_OVERRUN),
                new Row(
                        "unknown critical option",
                        "0a40080000000000" + "ffff8701" + "00000000" + OPTIONS + SYN,
                        Violation.CRITICAL_OPTION,
                        Violation.CRITICAL_BIT),
                new Row("IPv6 said, IPv4 inside", HEADER_V6 + OPTIONS + SYN, Violation.INNER_VERSION_MISMATCH),
                new Row("IPv4 said, IPv6 inside", HEADER_V4 + OPTIONS + UDP6, Violation.INNER_VERSION_MISMATCH),
                new Row("nothing inside", HEADER_V4 + OPTIONS, Violation.INNER_TRUNCATED),
                new Row("seven bytes", HEADER_V4.substring(0, 14), Violation.TRUNCATED));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void judgesPacketsOfTheGateway(Row row) {
        byte[] bytes = Packets.bytes(row.datagram);
        assertThat(packet.parse(ByteBuffer.wrap(bytes), bytes.length)).isEqualTo(row.fatal);
        List<Violation> remarks = new ArrayList<>();
        for (int i = 0; i < Violation.values().length; i++) {
            Violation remark = packet.remark(i);
            if (remark != null) {
                assertThat(remark.isFatal()).isFalse();
                remarks.add(remark);
            }
        }
        assertThat(remarks).isEqualTo(row.remarks);
        assertThat(packet.hasRemarks()).isEqualTo(!row.remarks.isEmpty());
    }

    private final CookieMemory cookies = new CookieMemory(64);

    @Test
    void readsTheWorkedExample() {
        byte[] bytes = Packets.bytes(SYN_PACKET);
        assertThat(packet.parse(ByteBuffer.wrap(bytes), bytes.length)).isNull();
        assertThat(packet.endpointId()).isEqualTo(0xa1b2c3d4e5f60718L);
        assertThat(packet.cookie()).isEqualTo(0xc0ffee01);
        assertThat(packet.innerOffset()).isEqualTo(40);
        assertThat(packet.protocol()).isEqualTo(6);
        assertThat(packet.sourcePort()).isEqualTo(40000);
        assertThat(packet.destinationPort()).isEqualTo(443);
    }

    @Test
    void everyPrefixIsDroppedWithAReason() {
        for (String hex : List.of(SYN_PACKET, UDP6_PACKET)) {
            byte[] whole = Packets.bytes(hex);
            for (int length = 0; length < whole.length; length++) {
                ByteBuffer exact = ByteBuffer.allocate(length).put(0, whole, 0, length);
                assertThat(packet.parse(exact, length))
                        .as("%s bytes", length)
                        .isIn(Violation.TRUNCATED, Violation.INNER_TRUNCATED);
            }
        }
    }

    @Test
    void randomBytesNeverThrow() {
        long seed = 1624;
        Random random = new Random(seed);
        byte[] good = Packets.bytes(SYN_PACKET);
        int accepted = 0;
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
            ByteBuffer exact = ByteBuffer.allocate(length).put(0, bytes, 0, length);
            if (packet.parse(exact, length) == null) {
                accepted++;
                for (Tamper tamper : Tamper.values()) {
                    ByteBuffer copy = ByteBuffer.allocate(length).put(0, bytes, 0, length);
                    cookies.note(packet);
                    assertThat(tamper.apply(copy, packet, cookies))
                            .as("seed %s round %s", seed, round)
                            .isBetween(0, 12);
                }
            }
        }
        assertThat(accepted).as("seed %s", seed).isPositive();
    }
}
