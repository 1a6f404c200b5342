// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

/** Where the cookies of probes come from: so that only a target that got a probe can answer it. */
@FunctionalInterface
public interface ProbeNonces {

    /**
     * The cookie of a probe: the same for the same arguments, not to be guessed by anyone else.
     *
     * @param targetIndex index of the target in the shard's {@link TargetDirectory}
     * @param sequence number of the probe, never used twice
     */
    int nonce(int targetIndex, long sequence);
}
