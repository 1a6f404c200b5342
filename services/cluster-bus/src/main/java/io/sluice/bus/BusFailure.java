// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import java.util.Locale;

/**
 * A request that got no answer, or a refusal. An operating failure, not an error of the program: no stack trace, cheap
 * to make by the thousand.
 */
public final class BusFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Kind {
        /** Nobody serves the address: the node is gone, or its service has not started. */
        NO_HANDLER,
        /** No answer within the address's deadline; whether the request was carried out is not known. */
        TIMEOUT,
        /** The one who serves it failed or refused; or what it sent cannot be read here. The message says why. */
        REFUSED,
        /** The message could not be handed to the node that serves the address, or this node's bus is closed. */
        UNREACHABLE;

        /** Lower-case text for a metric's label. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final String address;
    private final Kind kind;

    /**
     * A failure.
     *
     * @param address where the request went
     * @param kind what went wrong
     * @param reason in words
     */
    public BusFailure(String address, Kind kind, String reason) {
        super(address + ": " + reason, null, false, false);
        this.address = address;
        this.kind = kind;
    }

    /** Where the request went, its node included. */
    public String address() {
        return address;
    }

    /** What went wrong. */
    public Kind kind() {
        return kind;
    }
}
