// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * Fuzz target: no frame makes the answering of neighbours throw or read outside, and no answer is longer than the frame.
 *
 * <p>Run like {@link GeneveDatagramFuzzer}.
 */
public final class NeighbourAnswerFuzzer {
    private NeighbourAnswerFuzzer() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        AnswerChecks.checkNeighbourAnswer(bytes);
    }
}
