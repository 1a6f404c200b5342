// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * Fuzz target: no packet makes a too-big answer wrong: it parses again, has right checksums and touches nothing outside its
 * headroom.
 *
 * <p>Run like {@link GeneveDatagramFuzzer}.
 */
public final class PacketTooBigFuzzer {
    private PacketTooBigFuzzer() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        AnswerChecks.checkPacketTooBig(bytes);
    }
}
