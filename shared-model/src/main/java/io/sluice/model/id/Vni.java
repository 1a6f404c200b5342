// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * A GENEVE virtual network identifier, 24 bits (RFC 8926 §3.4): on the endpoint side it names the endpoint.
 *
 * @param value 0 to 16,777,215
 */
public record Vni(int value) {

    /** The largest identifier. */
    public static final int MAX = 0xFF_FFFF;

    /** Checks the range. */
    public Vni {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException("vni " + value + " is out of range: expected 0 to " + MAX);
        }
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
