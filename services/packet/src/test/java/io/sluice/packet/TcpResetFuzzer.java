// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * Fuzz target: no packet makes a reset wrong: one that is written parses again, has right checksums and is no longer than the
 * packet.
 *
 * <p>Run like {@link GeneveDatagramFuzzer}.
 */
public final class TcpResetFuzzer {
    private TcpResetFuzzer() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        AnswerChecks.checkTcpReset(bytes);
    }
}
