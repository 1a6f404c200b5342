// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

/**
 * Who has which address; each forwarder has one of its own, the endpoint and the targets are shared, as only one forwarder
 * is under load at a time. All are loopback addresses of the run's own network namespace, but those of rows on veth: there
 * the run's namespace has the endpoint's and the targets' too, and the forwarder's is in its own.
 */
final class Addresses {

    /** All endpoints and targets of rows on veth. */
    static final String ENDS_ON_VETH = "10.90.0.0/16";

    static final int HEALTH_PORT = 8099;
    static final int ADMIN_PORT = 8080;

    private Addresses() {}

    /** Where a forwarder receives and, if it is a gateway, sends from. */
    static String forwarder(Row row) {
        return row.veth() ? "10.91." + row.host() + ".1" : "127.0.10." + row.host();
    }

    /** The run's own address on the veth pair of a row. */
    static String near(Row row) {
        return "10.91." + row.host() + ".254";
    }

    static String endpoint(Row row) {
        return ends(row) + "4.1";
    }

    /** A target of the group of {@code count}; the others follow in a row. */
    static String target(Row row, int count, int index) {
        return ends(row) + (100 + count) + "." + (index + 1);
    }

    private static String ends(Row row) {
        return row.veth() ? "10.90." : "127.0.";
    }
}
