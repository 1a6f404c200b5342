// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * Fuzz target: no option list makes the clamp read outside, and what is right before is right afterwards.
 *
 * <p>Run like {@link GeneveDatagramFuzzer}.
 */
public final class MssClampFuzzer {
    private MssClampFuzzer() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        AnswerChecks.checkMssClamp(bytes);
    }
}
