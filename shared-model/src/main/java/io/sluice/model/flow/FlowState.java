// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

/** Where a flow is in its life, as seen from the packets that passed. */
public enum FlowState {
    /** A TCP SYN has passed, nothing has come back. */
    OPENING,
    /** Packets have passed in both directions, or the protocol knows no opening. */
    ESTABLISHED,
    /** TCP: one direction has sent its FIN. */
    CLOSING,
    /** TCP: closed, kept for a short linger so that trailing segments reach the same target (F-19). */
    CLOSED;

    /** Lower-case text as the admin routes print it. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
