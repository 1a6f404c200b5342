// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import java.util.Arrays;

/**
 * Asks for a pick for each of some flows.
 *
 * @param endpointIds for each flow the endpoint it entered
 * @param keyHashes for each flow the 64-bit hash of its key that the ranking is made with (F-9)
 * @param moves for each flow 1 where it leaves a target, so that only a healthy one will do (T10), 0 where it is new
 */
@SuppressWarnings("ArrayRecordComponent") // see FlowOpenBatch
public record TargetSelectBatch(long[] endpointIds, long[] keyHashes, byte[] moves) {

    /** Checks that the arrays agree. */
    public TargetSelectBatch {
        if (endpointIds.length != keyHashes.length || moves.length != keyHashes.length) {
            throw new IllegalArgumentException("%d endpoints and %d purposes for %d hashes"
                    .formatted(endpointIds.length, moves.length, keyHashes.length));
        }
    }

    /** Flows asked for. */
    public int flowCount() {
        return keyHashes.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TargetSelectBatch batch
                && Arrays.equals(endpointIds, batch.endpointIds)
                && Arrays.equals(keyHashes, batch.keyHashes)
                && Arrays.equals(moves, batch.moves);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(endpointIds) + Arrays.hashCode(keyHashes);
    }
}
