// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

/**
 * Bounds guessing: an address that has shown too many wrong tokens is not listened to until the first of them is old.
 *
 * <p><b>Units</b>: milliseconds of any clock that never goes back. <b>Threading</b>: confined to one event loop.
 */
final class FailedAttempts {

    private static final class Window {
        private long startMs;
        private int failures;
    }

    private final LatestCallers<Window> windows = new LatestCallers<>();
    private final AccessLimits limits;

    FailedAttempts(AccessLimits limits) {
        this.limits = limits;
    }

    /** Milliseconds until an address is listened to again; 0 for now. */
    long waitMs(String address, long nowMs) {
        Window window = windows.of(address, Window::new);
        long leftMs = window.startMs + limits.failureMs() - nowMs;
        return window.failures < limits.failures() || leftMs <= 0 ? 0 : leftMs;
    }

    /** Notes a wrong token. */
    void failed(String address, long nowMs) {
        Window window = windows.of(address, Window::new);
        if (window.failures == 0 || nowMs - window.startMs >= limits.failureMs()) {
            window.startMs = nowMs;
            window.failures = 0;
        }
        window.failures++;
    }

    int remembered() {
        return windows.size();
    }
}
