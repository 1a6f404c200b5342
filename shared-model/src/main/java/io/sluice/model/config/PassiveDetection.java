// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

/**
 * Whether a target that receives and stops returning is noticed by that alone.
 *
 * @param enabled whether it is
 * @param silenceMs how long nothing must come back, 100-60,000
 */
public record PassiveDetection(boolean enabled, long silenceMs) {

    /** Off. */
    public static final PassiveDetection DEFAULT = new PassiveDetection(false, 300);

    /** Checks the range. */
    public PassiveDetection {
        Ranges.require("passive-detection silence (ms)", silenceMs, 100, 60_000);
    }
}
