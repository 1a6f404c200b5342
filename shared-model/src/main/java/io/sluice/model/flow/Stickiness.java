// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

/** What of a packet's header identifies its flow (F-1, F-2, F-3). */
public enum Stickiness {
    /** Addresses, protocol and ports for TCP and UDP, 3-tuple for every other protocol. */
    FIVE_TUPLE("5-tuple", 1),
    /** Addresses and protocol. */
    THREE_TUPLE("3-tuple", 2),
    /** Addresses. */
    TWO_TUPLE("2-tuple", 3);

    private final String text;
    private final int code;

    Stickiness(String text, int code) {
        this.text = text;
        this.code = code;
    }

    /** The number that stands for it in keys and on the wire, 1-3; never changed. */
    public int code() {
        return code;
    }

    /**
     * The kind a code stands for.
     *
     * @throws IllegalArgumentException where it stands for none
     */
    public static Stickiness ofCode(int code) {
        return switch (code) {
            case 1 -> FIVE_TUPLE;
            case 2 -> THREE_TUPLE;
            case 3 -> TWO_TUPLE;
            default -> throw new IllegalArgumentException("stickiness code " + code + ": expected 1 to 3");
        };
    }

    /** The configuration file's word for it. */
    public String text() {
        return text;
    }
}
