// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

/** An endpoint that may appear in option 1: its id as text and as 64 bits (W-12), and its zone. */
public record KnownEndpoint(String id, long number, String zone) {
    private static final String PREFIX = "vpce-";

    /** Takes the number from the 17 hex digits after {@code vpce-}, of which the first is 0. */
    public static KnownEndpoint of(String id, String zone) {
        if (!id.startsWith(PREFIX) || id.length() != PREFIX.length() + 17 || id.charAt(PREFIX.length()) != '0') {
            throw new IllegalArgumentException(id + " is not vpce-0 and 16 hex digits");
        }
        return new KnownEndpoint(id, Long.parseUnsignedLong(id.substring(PREFIX.length() + 1), 16), zone);
    }
}
