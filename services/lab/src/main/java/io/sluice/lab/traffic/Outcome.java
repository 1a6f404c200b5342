// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

/** What came of a client's work: whether it got exactly what it should, and in a few words why not. */
public record Outcome(boolean ok, String detail) {
    public static Outcome success(String detail) {
        return new Outcome(true, detail);
    }

    public static Outcome failure(String detail) {
        return new Outcome(false, detail);
    }
}
