// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

/**
 * Who has which address. All are loopback addresses of the run's own network namespace; each forwarder has one of its
 * own, the endpoint and the targets are shared, as only one forwarder is under load at a time.
 */
final class Addresses {

    static final String ENDPOINT = "127.0.4.1";
    static final int HEALTH_PORT = 8099;
    static final int ADMIN_PORT = 8080;

    private Addresses() {}

    /** Where a forwarder receives and, if it is a gateway, sends from. */
    static String forwarder(Row row) {
        return "127.0.10." + row.host();
    }

    /** A target of the group of {@code count}; the others follow in a row. */
    static String target(int count, int index) {
        return "127.0." + (100 + count) + "." + (index + 1);
    }
}
