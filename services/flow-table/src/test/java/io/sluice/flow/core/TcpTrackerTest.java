// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static io.sluice.packet.transport.TcpFlyweight.ACK;
import static io.sluice.packet.transport.TcpFlyweight.FIN;
import static io.sluice.packet.transport.TcpFlyweight.PSH;
import static io.sluice.packet.transport.TcpFlyweight.RST;
import static io.sluice.packet.transport.TcpFlyweight.SYN;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.flow.FlowState;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TcpTrackerTest {

    /** One packet, and what it must do. */
    record Seen(boolean fromInitiator, int flags, int payload, boolean returned, FlowState after, boolean refreshes) {}

    record Case(String name, int start, List<Seen> packets) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Forwarded: on its way to the appliance. */
    private static Seen fwd(boolean fromInitiator, int flags, int payload, FlowState after) {
        return new Seen(fromInitiator, flags, payload, false, after, true);
    }

    /** Returned by the appliance. */
    private static Seen ret(boolean fromInitiator, int flags, int payload, FlowState after) {
        return new Seen(fromInitiator, flags, payload, true, after, true);
    }

    private static Seen trailing(boolean fromInitiator, int flags, int payload, boolean returned) {
        return new Seen(fromInitiator, flags, payload, returned, FlowState.CLOSED, false);
    }

    private static final boolean I = true;
    private static final boolean R = false;
    private static final FlowState OPENING = FlowState.OPENING;
    private static final FlowState ESTABLISHED = FlowState.ESTABLISHED;
    private static final FlowState CLOSING = FlowState.CLOSING;
    private static final FlowState CLOSED = FlowState.CLOSED;

    /** A handshake through a one-arm appliance. */
    private static final int ONE_ARM = TcpTracker.ESTABLISHED | TcpTracker.RETURNS_SEEN;

    static List<Case> cases() {
        return List.of(
                new Case(
                        "one-arm handshake is established by the returned SYN-ACK",
                        TcpTracker.OPENING,
                        List.of(
                                ret(I, SYN, 0, OPENING),
                                fwd(R, SYN | ACK, 0, OPENING),
                                ret(R, SYN | ACK, 0, ESTABLISHED),
                                fwd(I, ACK, 0, ESTABLISHED))),
                new Case(
                        "W-25 two-arm handshake is established by the initiator's ACK",
                        TcpTracker.OPENING,
                        List.of(fwd(I, SYN, 0, OPENING), fwd(I, ACK, 0, ESTABLISHED))),
                new Case(
                        "W-25 two-arm FIN only begins to close: the idle timer ends it",
                        TcpTracker.ESTABLISHED,
                        List.of(fwd(I, FIN | ACK, 0, CLOSING), fwd(I, ACK, 0, CLOSING), fwd(I, ACK, 0, CLOSING))),
                new Case("W-25 two-arm RST closes", TcpTracker.ESTABLISHED, List.of(fwd(I, RST, 0, CLOSED))),
                new Case(
                        "F-20 SYN on a live flow is a retransmission",
                        ONE_ARM,
                        List.of(fwd(I, SYN, 0, ESTABLISHED), ret(I, SYN, 0, ESTABLISHED))),
                new Case(
                        "F-19 both FINs and the last ACK, initiator first",
                        ONE_ARM,
                        List.of(
                                fwd(I, FIN | ACK, 0, ESTABLISHED),
                                ret(I, FIN | ACK, 0, CLOSING),
                                ret(R, ACK, 0, CLOSING),
                                ret(R, FIN | ACK, 0, CLOSING),
                                fwd(I, ACK, 0, CLOSING),
                                ret(I, ACK, 0, CLOSED))),
                new Case(
                        "F-19 both FINs and the last ACK, responder first",
                        ONE_ARM,
                        List.of(
                                ret(R, FIN | ACK, 0, CLOSING),
                                ret(I, FIN | ACK, 0, CLOSING),
                                ret(I, ACK, 0, CLOSING),
                                ret(R, ACK, 0, CLOSED))),
                new Case(
                        "F-18 half-closed: data goes on after one FIN, without a timer of its own",
                        ONE_ARM,
                        List.of(
                                ret(I, FIN | ACK, 0, CLOSING),
                                ret(R, ACK | PSH, 1400, CLOSING),
                                ret(I, ACK, 0, CLOSING),
                                ret(R, ACK | PSH, 1400, CLOSING))),
                new Case(
                        "F-19 a repeated FIN is not the other side's",
                        ONE_ARM,
                        List.of(ret(I, FIN | ACK, 0, CLOSING), ret(I, FIN | ACK, 0, CLOSING), ret(R, ACK, 0, CLOSING))),
                new Case(
                        "F-19 data that is repeated after both FINs is not the last ACK",
                        ONE_ARM,
                        List.of(
                                ret(I, FIN | ACK, 0, CLOSING),
                                ret(R, FIN | ACK, 0, CLOSING),
                                ret(I, ACK | PSH, 500, CLOSING),
                                ret(I, ACK, 0, CLOSED))),
                new Case(
                        "F-19 what has no ACK, or a SYN beside it, is not the last ACK",
                        ONE_ARM,
                        List.of(
                                ret(I, FIN | ACK, 0, CLOSING),
                                ret(R, FIN | ACK, 0, CLOSING),
                                ret(I, 0, 0, CLOSING),
                                ret(I, SYN | ACK, 0, CLOSING),
                                ret(I, ACK, 0, CLOSED))),
                new Case(
                        "F-19 returned RST closes",
                        ONE_ARM,
                        List.of(fwd(R, RST, 0, ESTABLISHED), ret(R, RST, 0, CLOSED))),
                new Case(
                        "F-19 a blind RST or FIN that the appliance drops changes nothing",
                        ONE_ARM,
                        List.of(
                                fwd(R, RST, 0, ESTABLISHED),
                                fwd(R, FIN | ACK, 0, ESTABLISHED),
                                fwd(I, FIN | ACK, 0, ESTABLISHED),
                                ret(R, ACK, 100, ESTABLISHED))),
                new Case(
                        "F-19 trailing ACK, FIN and RST pass a reset flow without refreshing it",
                        ONE_ARM | TcpTracker.CLOSED | TcpTracker.RESET,
                        List.of(
                                trailing(I, ACK, 0, false),
                                trailing(I, ACK, 0, true),
                                trailing(R, FIN | ACK, 0, true),
                                trailing(R, RST, 0, true),
                                trailing(R, RST | ACK, 10, true),
                                trailing(R, SYN | ACK, 0, true))),
                new Case(
                        "F-19 only a returned segment with payload revives a reset flow",
                        ONE_ARM | TcpTracker.CLOSED | TcpTracker.RESET,
                        List.of(trailing(I, ACK | PSH, 100, false), ret(I, ACK | PSH, 100, ESTABLISHED))),
                new Case(
                        "F-19 two-arm: a forwarded segment with payload revives a reset flow",
                        TcpTracker.CLOSED | TcpTracker.RESET,
                        List.of(fwd(I, ACK | PSH, 100, ESTABLISHED))),
                new Case(
                        "F-19 a revived flow remembers the FIN it had seen",
                        ONE_ARM | TcpTracker.CLOSED | TcpTracker.RESET | TcpTracker.INITIATOR_FIN,
                        List.of(ret(R, ACK, 100, CLOSING))),
                new Case(
                        "F-19 nothing revives a flow that FINs have closed",
                        ONE_ARM | TcpTracker.CLOSED | TcpTracker.BOTH_FINS,
                        List.of(trailing(I, ACK | PSH, 100, true), trailing(R, ACK, 0, true))),
                new Case(
                        "F-20 a returned SYN on a closed flow passes as a trailing segment",
                        ONE_ARM | TcpTracker.CLOSED,
                        List.of(trailing(I, SYN, 0, true))),
                new Case(
                        "F-20 a SYN after both FINs begins again, so that its first ACK is not taken for the last one",
                        ONE_ARM,
                        List.of(
                                ret(I, FIN | ACK, 0, CLOSING),
                                ret(R, FIN | ACK, 0, CLOSING),
                                fwd(I, SYN, 0, CLOSING),
                                ret(I, SYN, 0, OPENING),
                                ret(R, SYN | ACK, 0, ESTABLISHED),
                                ret(I, ACK, 0, ESTABLISHED))));
    }

    private static Stream<Case> casesOf(String start) {
        return cases().stream().filter(test -> test.name.startsWith(start + " "));
    }

    static Stream<Case> oneArm() {
        return casesOf("one-arm");
    }

    static Stream<Case> twoArm() {
        return casesOf("W-25");
    }

    static Stream<Case> halfClosed() {
        return casesOf("F-18");
    }

    static Stream<Case> closing() {
        return casesOf("F-19");
    }

    static Stream<Case> reopening() {
        return casesOf("F-20");
    }

    @ParameterizedTest
    @MethodSource("oneArm")
    void followsAHandshake(Case test) {
        follows(test);
    }

    @ParameterizedTest
    @MethodSource("twoArm")
    void w25ATwoArmFlowIsJudgedByTheOneDirectionItShows(Case test) {
        follows(test);
    }

    @ParameterizedTest
    @MethodSource("halfClosed")
    void f18AHalfClosedFlowGoesOn(Case test) {
        follows(test);
    }

    @ParameterizedTest
    @MethodSource("closing")
    void f19OnlyAResetOrBothFinsAndTheLastAckClose(Case test) {
        follows(test);
    }

    @ParameterizedTest
    @MethodSource("reopening")
    void f20ASynMeansWhatItsFlowsStateSays(Case test) {
        follows(test);
    }

    private static void follows(Case test) {
        int state = test.start();
        for (int i = 0; i < test.packets().size(); i++) {
            Seen seen = test.packets().get(i);
            int step = TcpTracker.step(state, seen.fromInitiator(), seen.flags(), seen.payload(), seen.returned());
            state = TcpTracker.state(step);
            assertThat(TcpTracker.flowState(state))
                    .as("state after packet %d", i)
                    .isEqualTo(seen.after());
            assertThat(TcpTracker.refreshes(step)).as("packet %d refreshes", i).isEqualTo(seen.refreshes());
        }
    }

    @Test
    void f20ASynOnAClosedFlowNeitherRevivesNorRefreshesIt() {
        for (int closed : new int[] {
            TcpTracker.CLOSED, TcpTracker.CLOSED | TcpTracker.RESET, ONE_ARM | TcpTracker.CLOSED | TcpTracker.BOTH_FINS
        }) {
            for (boolean fromInitiator : new boolean[] {true, false}) {
                int step = TcpTracker.step(closed, fromInitiator, SYN, 100, false);
                assertThat(TcpTracker.refreshes(step)).isFalse();
                assertThat(TcpTracker.state(step)).isEqualTo(closed);
            }
        }
    }

    @Test
    void f20ASynOnALiveFlowIsARetransmission() {
        for (int live : new int[] {TcpTracker.OPENING, TcpTracker.ESTABLISHED, ONE_ARM}) {
            int step = TcpTracker.step(live, true, SYN, 0, false);
            assertThat(TcpTracker.state(step)).isEqualTo(live);
            assertThat(TcpTracker.refreshes(step)).isTrue();
        }
    }

    @Test
    void f18OneFinStartsNoTimerOfItsOwn() {
        int state = TcpTracker.state(TcpTracker.step(ONE_ARM, true, FIN | ACK, 0, true));
        for (int packet = 0; packet < 100; packet++) {
            int step = TcpTracker.step(state, packet % 2 == 0, ACK, 1_400, true);
            state = TcpTracker.state(step);
            assertThat(TcpTracker.flowState(state)).isEqualTo(CLOSING);
            assertThat(TcpTracker.refreshes(step)).isTrue();
        }
    }

    @Test
    void f19BothFinsAndTheLastAckCloseAndThenNothingRefreshes() {
        int state = TcpTracker.state(TcpTracker.step(ONE_ARM, true, FIN | ACK, 0, true));
        state = TcpTracker.state(TcpTracker.step(state, false, FIN | ACK, 0, true));
        assertThat(TcpTracker.closed(state)).as("the last ACK is missing").isFalse();
        state = TcpTracker.state(TcpTracker.step(state, false, ACK, 0, true));
        assertThat(TcpTracker.closed(state))
                .as("an ACK of the side whose FIN came last")
                .isFalse();
        state = TcpTracker.state(TcpTracker.step(state, true, ACK, 0, true));
        assertThat(TcpTracker.closed(state)).isTrue();
        assertThat(TcpTracker.refreshes(TcpTracker.step(state, true, ACK, 0, true)))
                .isFalse();
    }

    @Test
    void f19ARepeatedFinChangesNothingNotEvenWhoseCameLast() {
        int first = TcpTracker.state(TcpTracker.step(ONE_ARM, true, FIN | ACK, 0, true));
        int both = TcpTracker.state(TcpTracker.step(first, false, FIN | ACK, 0, true));
        for (boolean fromInitiator : new boolean[] {true, false}) {
            assertThat(TcpTracker.state(TcpTracker.step(both, fromInitiator, FIN | ACK, 0, true)))
                    .isEqualTo(both);
        }
    }

    @Test
    void tellsWhetherTheHandshakeIsComplete() {
        assertThat(TcpTracker.established(TcpTracker.OPENING)).isFalse();
        assertThat(TcpTracker.established(TcpTracker.OPENING | TcpTracker.RETURNS_SEEN))
                .isFalse();
        assertThat(TcpTracker.established(TcpTracker.ESTABLISHED)).isTrue();
        assertThat(TcpTracker.established(ONE_ARM | TcpTracker.INITIATOR_FIN)).isTrue();
        assertThat(TcpTracker.established(TcpTracker.CLOSING)).isFalse();
        assertThat(TcpTracker.established(TcpTracker.CLOSED)).isFalse();
    }

    @Test
    void remembersReturnsForProtocolsThatHaveNoSteps() {
        for (int state = 0; state < 0x100; state++) {
            int returned = TcpTracker.withReturnsSeen(state);
            assertThat(TcpTracker.returnsSeen(returned)).isTrue();
            assertThat(TcpTracker.returnsSeen(state)).isEqualTo(state == returned);
            assertThat(returned & ~TcpTracker.RETURNS_SEEN).isEqualTo(state & ~TcpTracker.RETURNS_SEEN);
        }
        assertThat(TcpTracker.returnsSeen(TcpTracker.state(TcpTracker.step(TcpTracker.CLOSED, true, ACK, 0, true))))
                .isTrue();
        assertThat(TcpTracker.returnsSeen(TcpTracker.state(TcpTracker.step(TcpTracker.OPENING, true, SYN, 0, false))))
                .isFalse();
    }

    @Test
    void f13EveryPacketRefreshesALiveFlowAndNoStepLeavesItsByte() {
        for (int state = 0; state < 0x80; state++) {
            for (int flags = 0; flags < 0x100; flags++) {
                for (int bits = 0; bits < 8; bits++) {
                    int payload = (bits & 4) * 25;
                    int step = TcpTracker.step(state, (bits & 1) != 0, flags, payload, (bits & 2) != 0);
                    int after = TcpTracker.state(step);
                    assertThat(after).isBetween(0, 0x7F);
                    if (!TcpTracker.closed(state)) {
                        assertThat(TcpTracker.refreshes(step)).as("F-13").isTrue();
                    } else if (TcpTracker.refreshes(step)) {
                        assertThat(payload).as("only payload revives").isPositive();
                        assertThat(state & TcpTracker.RESET).isNotZero();
                    }
                }
            }
        }
    }
}
