// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

/** A stand-in gateway that breaks symmetry for UDP over IPv6. The demo must find exactly that. */
final class AsymmetricNode {
    private AsymmetricNode() {}

    public static void main(String[] arguments) throws Exception {
        new StandInNode(true).run();
    }
}
