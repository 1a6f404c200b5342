// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;

/**
 * Fuzz target: no datagram makes the reader of owners throw or read outside, and its owner is a shard or nobody.
 *
 * <p>Run with {@code ./sluice fuzz OwnerReader}.
 */
public final class OwnerReaderFuzzer {

    private static final int SHARDS = 5;

    private OwnerReaderFuzzer() {}

    /** One input. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        ByteBuffer exact = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
        int owner = new OwnerReader(new OwnerHash(SHARDS, bytes.length)).ownerOf(exact, 0, bytes.length);
        assertThat(owner).isBetween(OwnerReader.NOBODY, SHARDS - 1);
    }
}
