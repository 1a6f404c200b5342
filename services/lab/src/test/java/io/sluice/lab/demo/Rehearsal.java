// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

/** The demo with stand-ins for the product's programs. */
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) {
        Programs standIns = new Programs(
                StandInNode.class.getName(), StandInAgent.class.getName(), StandInAppliance.class.getName());
        System.exit(DemoMain.execute(standIns, Rehearsal.class, arguments));
    }
}
