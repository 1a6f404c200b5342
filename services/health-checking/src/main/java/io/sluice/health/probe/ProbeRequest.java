// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.probe;

import io.sluice.model.id.Ipv4SocketAddress;

/**
 * Whom to ask what.
 *
 * @param address the target's address and its health-check port
 * @param path request path for HTTP
 * @param timeoutMs for connection and answer together, 1 or more
 */
public record ProbeRequest(Ipv4SocketAddress address, String path, long timeoutMs) {

    /** Checks the timeout. */
    public ProbeRequest {
        if (timeoutMs < 1) {
            throw new IllegalArgumentException("probe timeout of " + timeoutMs + " ms: expected 1 or more");
        }
    }
}
