// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

/**
 * Fuzz target: whole datagrams from endpoints, through the real pipelines of a shard.
 *
 * <p>{@link ShardFuzzTest} runs it on every build over the committed corpus and seeded mutations, {@code ./sluice fuzz}
 * with coverage as its guide.
 */
public final class EndpointDatagramFuzzer {
    private EndpointDatagramFuzzer() {}

    /** One input, as {@link ShardFuzz} reads it. */
    public static void fuzzerTestOneInput(byte[] input) {
        ShardFuzz.fromEndpoint(input);
    }
}
