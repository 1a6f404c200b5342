// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FlowTimeoutsTest {

    private static final long LISTENER_MS = 600_000;

    record Case(String name, Stickiness kind, int protocol, long initialMs, long longestMs) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("F-10 TCP by 5-tuple: the listener's", Stickiness.FIVE_TUPLE, 6, LISTENER_MS, LISTENER_MS),
                new Case("F-11 TCP by 3-tuple: the default", Stickiness.THREE_TUPLE, 6, 350_000, 350_000),
                new Case("F-12 UDP", Stickiness.FIVE_TUPLE, 17, 120_000, 120_000),
                new Case("F-12 ICMP", Stickiness.FIVE_TUPLE, 1, 120_000, 120_000),
                new Case("F-12 UDP by 3-tuple", Stickiness.THREE_TUPLE, 17, 120_000, 120_000),
                new Case("F-14 2-tuple until TCP uses it", Stickiness.TWO_TUPLE, 0, 120_000, 350_000));
    }

    private static Stream<Case> casesOf(String id) {
        return cases().filter(given -> given.name.startsWith(id + " "));
    }

    static Stream<Case> tcp() {
        return casesOf("F-10");
    }

    static Stream<Case> widerTcp() {
        return casesOf("F-11");
    }

    static Stream<Case> others() {
        return casesOf("F-12");
    }

    static Stream<Case> mixed() {
        return casesOf("F-14");
    }

    @ParameterizedTest
    @MethodSource("tcp")
    void f10TcpUnderAFiveTupleLivesAsLongAsTheListenerSays(Case given) {
        isAsInTheSheet(given);
    }

    @ParameterizedTest
    @MethodSource("widerTcp")
    void f11TcpUnderAThreeTupleHasTheDefault(Case given) {
        isAsInTheSheet(given);
    }

    @ParameterizedTest
    @MethodSource("others")
    void f12OtherProtocolsLive120Seconds(Case given) {
        isAsInTheSheet(given);
    }

    @ParameterizedTest
    @MethodSource("mixed")
    void f14ATwoTupleHas120SecondsUntilTcpUsesIt(Case given) {
        isAsInTheSheet(given);
        assertThat(FlowTimeouts.afterTcp()).isEqualTo(350_000);
    }

    private static void isAsInTheSheet(Case given) {
        long traits = FlowKey.traits(0, 0, given.protocol, 4, given.kind);
        assertThat(FlowTimeouts.initialMs(traits, LISTENER_MS)).isEqualTo(given.initialMs);
        assertThat(FlowTimeouts.longestMs(traits, LISTENER_MS)).isEqualTo(given.longestMs);
        assertThat(FlowTimeouts.leaseMs(traits, LISTENER_MS)).isEqualTo(given.longestMs + given.longestMs / 2 + 15_000);
        assertThat(FlowTimeouts.mixesProtocols(traits)).isEqualTo(given.kind == Stickiness.TWO_TUPLE);
    }
}
