// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.doctor;

/**
 * What a check found.
 *
 * @param level how bad it is
 * @param text what is there
 * @param remedy what to do; empty where there is nothing to do
 */
record Finding(Level level, String text, String remedy) {

    static Finding ok(String text) {
        return new Finding(Level.OK, text, "");
    }

    static Finding skipped(String text, String remedy) {
        return new Finding(Level.SKIPPED, text, remedy);
    }

    static Finding warning(String text, String remedy) {
        return new Finding(Level.WARNING, text, remedy);
    }

    static Finding broken(String text, String remedy) {
        return new Finding(Level.BROKEN, text, remedy);
    }
}
