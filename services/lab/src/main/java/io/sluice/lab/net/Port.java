// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.net;

/** A device in a namespace: one end of a cable. */
public record Port(Namespace namespace, String device) {
    private static final int DEVICE_NAME_BYTES_MAX = 15;

    public Port {
        if (device.isEmpty() || device.length() > DEVICE_NAME_BYTES_MAX) {
            throw new IllegalArgumentException("device name '" + device + "' must have 1 to 15 characters");
        }
    }
}
