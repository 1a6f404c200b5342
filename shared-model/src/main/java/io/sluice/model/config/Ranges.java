// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

/** One wording for every number that is out of range. */
final class Ranges {

    private Ranges() {}

    static void require(String what, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " " + value + " is out of range: expected " + min + " to " + max);
        }
    }
}
