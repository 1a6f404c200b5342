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

    /** Groups of {@code count} targets are told apart by this number and theirs. */
    private static final int FIRST_GROUP = 100;

    private static final int VNI_STEP = 1000;

    private Addresses() {}

    /** Where a forwarder receives and, if it is a gateway, sends from. */
    static String forwarder(Row row) {
        return "127.0.10." + row.host();
    }

    /** A target of the group of {@code count}; the others follow in a row. */
    static String target(int count, int index) {
        int host = ((FIRST_GROUP + count) << 8) + 1 + index;
        return "127." + (host >>> 16) + "." + (host >>> 8 & 0xff) + "." + (host & 0xff);
    }

    /** The network identifier of an endpoint of the group of {@code count}; its id has the same digits. */
    static int vni(int count, int index) {
        return FIRST_GROUP + count + index * VNI_STEP;
    }
}
