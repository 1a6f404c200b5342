// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import io.sluice.packet.geneve.GeneveDatagram;

/**
 * Fuzz target: no datagram makes the decoder throw or read outside, and what it says of a good one lies within.
 *
 * <p>{@link DecoderFuzzTest} runs it on every build with committed inputs and seeded mutations, {@code ./sluice fuzz}
 * with coverage as its guide.
 */
public final class GeneveDatagramFuzzer {
    private GeneveDatagramFuzzer() {}

    /** One input, the UDP payload. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        DecoderChecks.checkDatagram(GeneveDatagram.endpointSide(), bytes);
        DecoderChecks.checkDatagram(GeneveDatagram.targetSide(), bytes);
    }
}
