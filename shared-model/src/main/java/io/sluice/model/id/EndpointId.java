// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

import java.util.HexFormat;

/**
 * The 64-bit id of a gateway load balancer endpoint, option 1 of every packet towards a target (W-12, W-13).
 *
 * <p>Text form: {@code vpce-} and 17 hex digits, the first of which is 0.
 *
 * @param value the 64 opaque bits
 */
public record EndpointId(long value) implements Comparable<EndpointId> {

    private static final String PREFIX = "vpce-";

    /** What the text form looks like, for error messages. */
    public static final String EXPECTED = "vpce-0 and 16 hex digits, for example vpce-0a1b2c3d4e5f60718";

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException where the text is no endpoint id; the message says what would be
     */
    public static EndpointId parse(String text) {
        if (text.length() != PREFIX.length() + 17 || !text.startsWith(PREFIX) || text.charAt(PREFIX.length()) != '0') {
            throw new IllegalArgumentException("'" + text + "' is no endpoint id: expected " + EXPECTED);
        }
        long value;
        try {
            value = HexFormat.fromHexDigitsToLong(text, PREFIX.length() + 1, text.length());
        } catch (NumberFormatException notHex) {
            throw new IllegalArgumentException("'" + text + "' is no endpoint id: expected " + EXPECTED, notHex);
        }
        if (value == 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is the gateway's own, for its data-path probes: expected " + EXPECTED);
        }
        return new EndpointId(value);
    }

    @Override
    public int compareTo(EndpointId other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return PREFIX + "0" + HexFormat.of().toHexDigits(value);
    }
}
