// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A spoke's traffic, never more at once than the smallest socket buffer on its way holds: what is sent must come back to
 * the VNI it was sent from, and is waited for.
 *
 * <p><b>Threading</b>: one thread.
 */
final class PacedTraffic {

    private static final int WINDOW = 64;
    /** Not a measure of anything: only what is lost is waited for that long. */
    private static final int PATIENCE_MS = 5_000;

    private record Expected(int vni, InnerTuple tuple) {}

    private final EndpointSpeaker speaker;
    private final int window;
    private final int patienceMs;
    private final Map<Expected, Integer> waiting = new HashMap<>();
    private int inFlight;
    private long lost;
    private long unexpected;

    PacedTraffic(EndpointSpeaker speaker) {
        this(speaker, WINDOW, PATIENCE_MS);
    }

    /**
     * @param speaker sends and receives
     * @param window packets under way at most
     * @param patienceMs after which what is under way is lost
     */
    PacedTraffic(EndpointSpeaker speaker, int window, int patienceMs) {
        this.speaker = speaker;
        this.window = window;
        this.patienceMs = patienceMs;
    }

    /** Sends a packet that must come back; takes what has. */
    void exchange(SpokenFlow flow, byte[] inner) throws IOException {
        while (inFlight >= window) {
            if (!take(patienceMs)) {
                giveUp();
            }
        }
        speaker.send(flow.vni(), inner);
        waiting.merge(new Expected(flow.vni(), InnerTuple.of(inner, 0)), 1, Integer::sum);
        inFlight++;
        while (take(0)) {
            // all that has come by now
        }
    }

    /** Waits until everything has come back, or nothing more does. */
    void settle() throws IOException {
        while (inFlight > 0) {
            if (!take(patienceMs)) {
                giveUp();
            }
        }
        while (take(0)) {
            // what nobody has waited for
        }
    }

    private boolean take(int withinMs) throws IOException {
        byte[] datagram = speaker.receive(withinMs);
        if (datagram.length == 0) {
            return false;
        }
        Expected key =
                new Expected(EndpointSpeaker.vni(datagram), InnerTuple.of(datagram, EndpointSpeaker.HEADER_BYTES));
        if (waiting.containsKey(key)) {
            inFlight--;
            waiting.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
        } else {
            unexpected++;
        }
        return true;
    }

    private void giveUp() {
        lost += inFlight;
        inFlight = 0;
        waiting.clear();
    }

    /** Packets that did not come back in time. */
    long lost() {
        return lost;
    }

    /** Packets that came and were not waited for: changed, of another endpoint, or late. */
    long unexpected() {
        return unexpected;
    }
}
