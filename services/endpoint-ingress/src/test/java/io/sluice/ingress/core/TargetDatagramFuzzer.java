// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

/**
 * Fuzz target: whole datagrams from targets, through the real pipelines of a shard.
 *
 * <p>Run like {@link EndpointDatagramFuzzer}.
 */
public final class TargetDatagramFuzzer {
    private TargetDatagramFuzzer() {}

    /** One input, as {@link ShardFuzz} reads it. */
    public static void fuzzerTestOneInput(byte[] input) {
        ShardFuzz.fromTarget(input);
    }
}
