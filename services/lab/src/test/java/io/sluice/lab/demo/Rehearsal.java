// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import java.util.Arrays;

/** The demo with the real agent and appliance and a stand-in for the gateway, named by the first argument. */
final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) {
        Programs programs = new Programs(arguments[0], Programs.SLUICE.agent(), Programs.SLUICE.appliance());
        // The sandbox is there already: the test makes it.
        System.exit(DemoMain.execute(programs, Rehearsal.class, Arrays.copyOfRange(arguments, 1, arguments.length)));
    }
}
