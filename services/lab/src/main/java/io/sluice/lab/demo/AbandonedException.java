// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

/** The demo cannot go on; the message says why. */
final class AbandonedException extends Exception {
    private static final long serialVersionUID = 1L;

    AbandonedException(String message) {
        super(message);
    }
}
