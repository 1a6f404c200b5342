// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

/**
 * How the targets of a group are probed (sheet 3.1).
 *
 * @param protocol TCP, HTTP or HTTPS
 * @param port 1-65535
 * @param path request path for HTTP and HTTPS, 1-1024 characters starting with {@code /}
 * @param intervalMs between two probes of one prober, 5,000-300,000 and at least the timeout
 * @param timeoutMs until a probe has failed, 2,000-120,000
 * @param healthyThreshold consecutive successes until healthy, 2-10
 * @param unhealthyThreshold consecutive failures until unhealthy, 2-10
 */
public record HealthCheckSpec(
        Protocol protocol,
        int port,
        String path,
        long intervalMs,
        long timeoutMs,
        int healthyThreshold,
        int unhealthyThreshold) {

    /** What a probe speaks. */
    public enum Protocol {
        /** The connection is established within the timeout (H-3). */
        TCP,
        /** A status of 200-399 within the timeout (H-3). */
        HTTP,
        /** The same over TLS 1.2 or 1.3; the certificate is not validated (H-3). */
        HTTPS;

        /** Whether it asks for a path and judges a status. */
        public boolean asksForAPath() {
            return this != TCP;
        }
    }

    /** The sheet's defaults. */
    public static final HealthCheckSpec DEFAULT = new HealthCheckSpec(Protocol.TCP, 80, "/", 10_000, 5_000, 5, 2);

    /** Checks the sheet's ranges. */
    public HealthCheckSpec {
        Ranges.require("health-check port", port, 1, 65_535);
        Ranges.require("health-check interval (ms)", intervalMs, 5_000, 300_000);
        Ranges.require("health-check timeout (ms)", timeoutMs, 2_000, 120_000);
        Ranges.require("health-check healthy-threshold", healthyThreshold, 2, 10);
        Ranges.require("health-check unhealthy-threshold", unhealthyThreshold, 2, 10);
        if (intervalMs < timeoutMs) {
            throw new IllegalArgumentException("health-check interval %d ms is shorter than the timeout of %d ms"
                    .formatted(intervalMs, timeoutMs));
        }
        if (path.isEmpty() || path.length() > 1024 || path.charAt(0) != '/') {
            throw new IllegalArgumentException(
                    "health-check path '" + path + "': expected 1 to 1024 characters starting with '/'");
        }
    }
}
