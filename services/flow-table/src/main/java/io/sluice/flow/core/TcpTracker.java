// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

import static io.sluice.packet.transport.TcpFlyweight.ACK;
import static io.sluice.packet.transport.TcpFlyweight.FIN;
import static io.sluice.packet.transport.TcpFlyweight.RST;
import static io.sluice.packet.transport.TcpFlyweight.SYN;

import io.sluice.model.flow.FlowState;

/**
 * How TCP flags move a flow through its life (F-18, F-19, F-20): a pure function over one byte of state.
 *
 * <p>Sequence numbers are not tracked: the appliance does that, so its judgement is used instead. A packet is seen twice
 * where the appliance returns it, when it is <em>forwarded</em> and when it is <em>returned</em>. As soon as a flow has
 * returned packets, only that leg decides: a blind RST or FIN that a firewall drops changes nothing. A flow whose
 * appliance returns nothing (two-arm, W-25) is judged by the forwarded leg.
 *
 * <p><b>Layout</b> of the state:
 *
 * <pre>
 *   7   6            5          4       3              2              1  0
 *   -   last FIN     returns    reset   FIN from       FIN from       FlowState: 0 opening, 1 established,
 *       was the      seen               responder      initiator                 2 closing, 3 closed
 *       initiator's
 * </pre>
 *
 * <p>Where the rules of the sheet leave room:
 *
 * <ul>
 *   <li>established: any packet of the responder, or an ACK of the initiator (a two-arm flow shows no more);
 *   <li>closed: RST; or a FIN of either side, then an empty ACK of the side whose FIN came first (the last ACK);
 *   <li>a segment with payload revives what a RST closed, as the RST was not believed; nothing else does;
 *   <li>a SYN on a flow that is closing withdraws the FINs seen: the next connection has begun with the last ACK lost.
 * </ul>
 *
 * <p><b>Source.</b> RFC 9293 §3.1 (control bits), §3.6 (closing); sheet F-13, F-18, F-19, F-20.
 */
public final class TcpTracker {

    /** State of a flow that a SYN has opened. */
    public static final int OPENING = 0;

    /** State of a flow that knows no opening: every protocol but TCP, every 2- or 3-tuple, every adopted flow. */
    public static final int ESTABLISHED = 1;

    static final int CLOSING = 2;
    static final int CLOSED = 3;
    static final int LIFE_MASK = 3;
    static final int INITIATOR_FIN = 1 << 2;
    static final int RESPONDER_FIN = 1 << 3;
    static final int BOTH_FINS = INITIATOR_FIN | RESPONDER_FIN;
    static final int RESET = 1 << 4;
    static final int RETURNS_SEEN = 1 << 5;
    static final int LAST_FIN_INITIATOR = 1 << 6;

    private static final int STATE_MASK = 0xFF;
    private static final int REFRESHES = 1 << 8;

    private TcpTracker() {}

    /**
     * Takes one packet of a flow into account.
     *
     * @param state 0-255
     * @param fromInitiator whether its source is the side that opened the flow
     * @param tcpFlags byte 13 of its TCP header, as {@code InnerPacket.tcpFlags} gives it
     * @param payloadBytes bytes behind its TCP header
     * @param returned whether the appliance has just returned it; false where it is about to be forwarded
     * @return step: read it with {@link #state} and {@link #refreshes}
     */
    public static int step(int state, boolean fromInitiator, int tcpFlags, int payloadBytes, boolean returned) {
        boolean decides = returned || (state & RETURNS_SEEN) == 0;
        int next = returned ? state | RETURNS_SEEN : state;
        if (closed(state)) {
            boolean revived = decides && (state & RESET) != 0 && payloadBytes > 0 && (tcpFlags & (SYN | RST)) == 0;
            if (!revived) {
                return next;
            }
            next = withLife(next & ~RESET, (next & BOTH_FINS) == 0 ? ESTABLISHED : CLOSING);
        }
        if (!decides) {
            return next | REFRESHES;
        }
        if ((tcpFlags & RST) != 0) {
            return withLife(next, CLOSED) | RESET | REFRESHES;
        }
        if ((tcpFlags & FIN) != 0) {
            return withLife(withFin(next, fromInitiator), CLOSING) | REFRESHES;
        }
        if (opening(tcpFlags) && (next & BOTH_FINS) != 0) {
            return withLife(next & ~BOTH_FINS, OPENING) | REFRESHES;
        }
        boolean plainAck = (tcpFlags & (SYN | ACK)) == ACK;
        if (plainAck
                && payloadBytes == 0
                && (next & BOTH_FINS) == BOTH_FINS
                && fromInitiator != ((next & LAST_FIN_INITIATOR) != 0)) {
            return withLife(next, CLOSED) | REFRESHES;
        }
        if (life(next) == OPENING && (plainAck || !fromInitiator)) {
            return withLife(next, ESTABLISHED) | REFRESHES;
        }
        return next | REFRESHES;
    }

    /** The state after a step. */
    public static int state(int step) {
        return step & STATE_MASK;
    }

    /** Whether the packet keeps its flow alive (F-13); trailing segments of a closed flow do not (F-19). */
    public static boolean refreshes(int step) {
        return (step & REFRESHES) != 0;
    }

    /** Whether a segment asks for a connection: SYN, and neither ACK, FIN nor RST. */
    public static boolean opening(int tcpFlags) {
        return (tcpFlags & (SYN | ACK | FIN | RST)) == SYN;
    }

    /** Whether a state means that the flow only lingers (F-19). */
    public static boolean closed(int state) {
        return (state & LIFE_MASK) == CLOSED;
    }

    /** Whether a connection that a SYN opened has completed its handshake and no side has begun to close it. */
    public static boolean established(int state) {
        return life(state) == ESTABLISHED;
    }

    /** Whether the flow's appliance has ever returned one of its packets (W-25); kept for every protocol. */
    public static boolean returnsSeen(int state) {
        return (state & RETURNS_SEEN) != 0;
    }

    /** The state of a flow whose appliance has returned a packet: for protocols that take no {@link #step}. */
    public static int withReturnsSeen(int state) {
        return state | RETURNS_SEEN;
    }

    /** The state as people see it. */
    public static FlowState flowState(int state) {
        return switch (state & LIFE_MASK) {
            case OPENING -> FlowState.OPENING;
            case ESTABLISHED -> FlowState.ESTABLISHED;
            case CLOSING -> FlowState.CLOSING;
            default -> FlowState.CLOSED;
        };
    }

    private static int life(int state) {
        return state & LIFE_MASK;
    }

    private static int withLife(int state, int life) {
        return (state & ~LIFE_MASK) | life;
    }

    /** Notes a side's first FIN; a repeated one changes nothing. */
    private static int withFin(int state, boolean fromInitiator) {
        int fin = fromInitiator ? INITIATOR_FIN : RESPONDER_FIN;
        if ((state & fin) != 0) {
            return state;
        }
        int noted = state | fin;
        return fromInitiator ? noted | LAST_FIN_INITIATOR : (noted & ~LAST_FIN_INITIATOR);
    }
}
