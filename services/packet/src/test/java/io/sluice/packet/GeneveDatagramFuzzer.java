// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import io.sluice.packet.geneve.GeneveDatagram;

/**
 * Fuzz target: no datagram makes the decoder throw or read outside, and what it says of a good one lies within.
 *
 * <p>{@link DecoderFuzzTest} runs it on every build with committed inputs and seeded mutations. Coverage-guided by the
 * Jazzer engine, whose JUnit extension 0.30.0 does not run on JUnit 6: {@code com.code_intelligence.jazzer.Jazzer
 * --target_class=io.sluice.packet.GeneveDatagramFuzzer}.
 */
public final class GeneveDatagramFuzzer {
    private GeneveDatagramFuzzer() {}

    /** One input, the UDP payload. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        DecoderChecks.checkDatagram(GeneveDatagram.endpointSide(), bytes);
        DecoderChecks.checkDatagram(GeneveDatagram.targetSide(), bytes);
    }
}
