// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

/**
 * Fuzz target: no ICMP error makes the reader of quotes throw or read outside.
 *
 * <p>Run like {@link GeneveDatagramFuzzer}.
 */
public final class QuotedPacketFuzzer {
    private QuotedPacketFuzzer() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        AnswerChecks.checkQuotedPacket(bytes);
    }
}
