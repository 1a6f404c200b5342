// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * Fuzz target: no inner packet makes the parser throw or read outside, and what it says of a good one lies within.
 *
 * <p>Run like {@link GeneveDatagramFuzzer}.
 */
public final class InnerPacketFuzzer {
    private InnerPacketFuzzer() {}

    /** One input, tried as IPv4 and as IPv6. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        DecoderChecks.checkInner(bytes);
    }
}
