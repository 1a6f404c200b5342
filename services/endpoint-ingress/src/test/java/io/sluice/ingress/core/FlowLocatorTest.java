// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.ip.IpProtocol;
import io.sluice.testkit.PacketBuilder;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link FlowLocator} at its edges: stale quotes, re-used identifications, expired flows, foreign cookies. */
class FlowLocatorTest {

    private static final String CLIENT6 = "2001:db8::5";
    private static final String SERVER6 = "2001:db8:1::10";

    private ShardRig rig = new ShardRig();

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    private static byte[] plainOf(byte[] inner) {
        return PacketBuilder.geneve()
                .vni(VNI)
                .protocolType(inner[0] >>> 4 == 6 ? 0x86DD : 0x0800)
                .payload(inner)
                .build();
    }

    private static byte[] returnedOf(byte[] inner, int cookie) {
        return PacketBuilder.geneve()
                .protocolType(inner[0] >>> 4 == 6 ? 0x86DD : 0x0800)
                .gwlb(ENDPOINT, cookie)
                .payload(inner)
                .build();
    }

    /** Opens a flow at the second target, whose index is not 0. */
    private void opens(byte[] inner, int cookie) {
        rig.fromEndpoint(plainOf(inner), ATTACHMENT);
        assertThat(rig.intents()).as("a new flow").containsExactly(FlowOpenBatch.OPEN);
        rig.answer(TARGET_B, cookie);
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(returnedOf(inner, cookie));
    }

    private void joins(byte[] inner, int cookie) {
        rig.fromEndpoint(plainOf(inner), ATTACHMENT);
        assertThat(rig.asked).as("no new flow").isEmpty();
        assertThat(rig.onlySentToTarget().payload()).isEqualTo(returnedOf(inner, cookie));
    }

    private void isDelivered(byte[] inner, int cookie) {
        rig.fromTarget(returnedOf(inner, cookie), FW_B);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plainOf(inner));
    }

    private void isRefused(byte[] inner, int cookie, DropReason reason) {
        rig.fromTarget(returnedOf(inner, cookie), FW_B);
        assertThat(rig.endpointPort.take()).isEmpty();
        assertThat(rig.drops()).containsOnly(Map.entry(reason, 1L));
    }

    private static byte[] error(byte[] quoted) {
        return PacketBuilder.ipv4()
                .from("198.51.100.1")
                .to(CLIENT)
                .icmp(3, 4)
                .payload(Arrays.copyOf(quoted, 28))
                .build();
    }

    private static byte[] error6(byte[] quoted) {
        return PacketBuilder.ipv6()
                .from("2001:db8:2::1")
                .to(CLIENT6)
                .icmp(2, 0)
                .payload(quoted)
                .build();
    }

    private static byte[] echo() {
        return PacketBuilder.ipv4()
                .from("198.51.100.1")
                .to(CLIENT)
                .icmp(8, 0)
                .echo(1, 1)
                .build();
    }

    private static byte[] udp6() {
        return PacketBuilder.ipv6().from(CLIENT6).to(SERVER6).udp(5_000, 53).build();
    }

    /** Of an IPv4 datagram 5000 > 53 in two fragments. */
    private static PacketBuilder fragmented(int identification) {
        return PacketBuilder.ipv4().from(CLIENT).to(SERVER).identification(identification);
    }

    private static byte[] firstFragment(int identification) {
        return fragmented(identification)
                .fragment(0, true)
                .udp(5_000, 53)
                .payloadBytes(64)
                .build();
    }

    private static byte[] laterFragment(int identification) {
        return fragmented(identification)
                .fragment(72, false)
                .protocol(17)
                .payloadBytes(64)
                .build();
    }

    @Test
    void f24AnIcmpv6ErrorGoesWhereTheFlowItQuotesGoes() {
        opens(udp6(), COOKIE);
        joins(error6(udp6()), COOKIE);
    }

    @Test
    void w24AnIcmpv6ErrorThatTheApplianceMakesIsDelivered() {
        opens(udp6(), COOKIE);
        isDelivered(error6(udp6()), COOKIE);
    }

    @Test
    void f24AnErrorAboutAnUnknownFlowIsAskedForByItsOwnTuple() {
        rig.fromEndpoint(plain(error(tcp(true, "A", 9))), ATTACHMENT);
        assertThat(rig.intents()).as("a 3-tuple opens").containsExactly(FlowOpenBatch.OPEN);
        long traits = rig.asked.getFirst().batch().keys()[FlowKey.TRAITS_WORD];
        assertThat(FlowKey.protocol(traits)).isEqualTo(IpProtocol.ICMP);
        rig.answer(TARGET_B, COOKIE);
        rig.onlySentToTarget();
    }

    @Test
    void f24AnErrorAboutAFlowThatIsOverGoesByItsOwnTuple() {
        opens(udp(5_000, 1), COOKIE);
        rig.nowMs += 120_000;
        opens(error(udp(5_000, 1)), COOKIE + 1);
    }

    @Test
    void f24AnEchoGoesByNoQuoteOfAnEarlierError() {
        opens(udp(5_000, 1), COOKIE);
        joins(error(udp(5_000, 1)), COOKIE);
        opens(echo(), COOKIE + 1);
    }

    @Test
    void w19AnEchoGoesByNoQuoteOfAnEarlierErrorOnTheWayBackEither() {
        opens(udp(5_000, 1), COOKIE);
        isDelivered(error(udp(5_000, 1)), COOKIE);
        isRefused(echo(), COOKIE, DropReason.RETURN_TUPLE_MISMATCH);
    }

    @Test
    void w19AnErrorUnderAnotherCookieIsRefused() {
        opens(udp(5_000, 1), COOKIE);
        isRefused(error(udp(5_000, 1)), COOKIE + 1, DropReason.RETURN_COOKIE_MISMATCH);
    }

    @Test
    void w19AnErrorAboutNoFlowIsRefused() {
        opens(udp(5_000, 1), COOKIE);
        isRefused(error(udp(6_000, 1)), COOKIE + 1, DropReason.RETURN_FLOW_UNKNOWN);
    }

    @Test
    void w19AnErrorAboutAFlowThatIsOverIsRefused() {
        opens(udp(5_000, 1), COOKIE);
        rig.nowMs += 120_000;
        isRefused(error(udp(5_000, 1)), COOKIE, DropReason.RETURN_FLOW_UNKNOWN);
    }

    @Test
    void w19AFragmentUnderAnotherCookieIsRefused() {
        opens(udp(5_000, 1), COOKIE);
        isRefused(firstFragment(7), COOKIE + 1, DropReason.RETURN_COOKIE_MISMATCH);
    }

    /** It fragments by itself, under an identification of its own. */
    @Test
    void f23AFirstFragmentThatTheApplianceMakesIsFoundByItsPorts() {
        opens(udp(5_000, 1), COOKIE);
        isDelivered(firstFragment(99), COOKIE);
    }

    @Test
    void f23ALaterFragmentOfAnUnknownFirstIsNobodysOnTheWayBack() {
        opens(udp(5_000, 1), COOKIE);
        joins(firstFragment(7), COOKIE);
        joins(laterFragment(7), COOKIE);
        isDelivered(laterFragment(7), COOKIE);
        isRefused(laterFragment(8), COOKIE, DropReason.RETURN_TUPLE_MISMATCH);
    }

    /** An identification says nothing about a packet that is whole. */
    @Test
    void f23AWholePacketIsNoFragmentWhateverItsIdentification() {
        opens(udp(5_000, 1), COOKIE);
        joins(firstFragment(7), COOKIE);
        byte[] whole = fragmented(7).udp(6_000, 53).build();
        opens(whole, COOKIE + 1);
        isRefused(fragmented(7).udp(7_000, 53).build(), COOKIE, DropReason.RETURN_TUPLE_MISMATCH);
    }

    @Test
    void f15AReturnForAFlowThatIsOverIsRefused() {
        opens(udp(5_000, 1), COOKIE);
        rig.nowMs += 119_999;
        isDelivered(udp(5_000, 2), COOKIE);
        rig.nowMs += 120_000;
        isRefused(udp(5_000, 3), COOKIE, DropReason.RETURN_FLOW_UNKNOWN);
    }

    @Test
    void f7AFlowOfAFormerKindIsFoundOnTheWayBackWhileItLives() {
        opens(udp(5_000, 1), COOKIE);
        rig.configure(new RigModel().stickiness(Stickiness.TWO_TUPLE));
        isDelivered(udp(5_000, 2), COOKIE);
        isRefused(udp(5_000, 2), COOKIE + 1, DropReason.RETURN_COOKIE_MISMATCH);
    }

    @Test
    void f7AFragmentGoesWithAFlowOfAFormerKindToo() {
        rig = new ShardRig(Stickiness.THREE_TUPLE, 64);
        opens(udp(5_000, 1), COOKIE);
        rig.configure(new RigModel().stickiness(Stickiness.TWO_TUPLE));
        joins(firstFragment(7), COOKIE);
    }

    @Test
    void f7AFlowOfAFormerKindThatIsOverIsNotFound() {
        opens(udp(5_000, 1), COOKIE);
        rig.configure(new RigModel().stickiness(Stickiness.TWO_TUPLE));
        rig.nowMs += 120_000;
        isRefused(udp(5_000, 2), COOKIE, DropReason.RETURN_FLOW_UNKNOWN);
    }

    /**
     * Whatever the appliance made of the tuple: the direction is that of the side whose address the packet still has.
     * The client's is the lower one of the two, and each direction has an attachment of its own.
     */
    @ParameterizedTest
    @CsvSource({
        "client, 2001:db8::5,     2001:db8:9::9,  client",
        "client, 2001:db8:1::10,  2001:db8:9::9,  server",
        "client, 2001:db8:9::9,   2001:db8:1::10, client",
        "client, 2001:db8:9::9,   2001:db8::5,    server",
        "client, 2001:db8:9::9,   2001:db8:9::8,  client",
        "server, 2001:db8:9::9,   2001:db8:9::8,  server",
        "server, 2001:db8::5,     2001:db8:9::9,  client",
        "server, 2001:db8:9::9,   2001:db8:1::10, client",
        // half an address is none
        "server, 2001:db8::6,     2001:db8:9::9,  server",
        "server, 2001:db8:9::5,   2001:db8:9::9,  server",
        "client, 2001:db8:1::11,  2001:db8:9::9,  client",
        "client, 2001:db8:9::10,  2001:db8:9::9,  client",
        "server, 2001:db8:9::9,   2001:db8:1::11, server",
        "server, 2001:db8:9::9,   2001:db8:9::10, server",
        "client, 2001:db8:9::9,   2001:db8::6,    client",
        "client, 2001:db8:9::9,   2001:db8:9::5,  client"
    })
    void w21SwitchedOffAChangedTupleGoesTheWayOfTheAddressItHasKept(
            String initiator, String from, String to, String side) {
        rig = new ShardRig(new RigModel().noReturnTupleCheck());
        byte[] there =
                PacketBuilder.ipv6().from(CLIENT6).to(SERVER6).udp(5_000, 53).build();
        byte[] back =
                PacketBuilder.ipv6().from(SERVER6).to(CLIENT6).udp(53, 5_000).build();
        boolean fromClient = initiator.equals("client");
        rig.fromEndpoint(plainOf(fromClient ? there : back), fromClient ? ATTACHMENT : SECOND_ATTACHMENT);
        rig.answer(TARGET_B, COOKIE);
        rig.fromEndpoint(plainOf(fromClient ? back : there), fromClient ? SECOND_ATTACHMENT : ATTACHMENT);
        rig.sentToTargets();
        rig.fromTarget(
                returnedOf(PacketBuilder.ipv6().from(from).to(to).udp(9, 9).build(), COOKIE), FW_B);
        assertThat(rig.onlyDelivered().address()).isEqualTo(side.equals("client") ? ATTACHMENT : SECOND_ATTACHMENT);
    }

    @Test
    void w21SwitchedOffAFlowThatIsOverIsStillNone() {
        rig = new ShardRig(new RigModel().noReturnTupleCheck());
        opens(udp(5_000, 1), COOKIE);
        rig.nowMs += 120_000;
        isRefused(udp(6_000, 1), COOKIE, DropReason.RETURN_FLOW_UNKNOWN);
    }
}
