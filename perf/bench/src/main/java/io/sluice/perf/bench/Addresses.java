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
    static final String ENDS_ON_VETH = "10.90.0.0/15";

    static final int HEALTH_PORT = 8099;
    static final int ADMIN_PORT = 8080;

    /** Groups of {@code count} targets are told apart by this number and theirs. */
    private static final int FIRST_GROUP = 100;

    private static final int VNI_STEP = 1000;
    private static final int FIRST_BLOCK_ON_VETH = 90;

    private Addresses() {}

    /** Where a forwarder receives and, if it is a gateway, sends from. */
    static String forwarder(Row row) {
        return row.veth() ? "10.80." + row.host() + ".1" : "127.0.10." + row.host();
    }

    /** The run's own address on the veth pair of a row. */
    static String near(Row row) {
        return "10.80." + row.host() + ".254";
    }

    static String endpoint(Row row) {
        return ends(row, 0) + "4.1";
    }

    /** A target of the group of {@code count}; the others follow in a row. */
    static String target(Row row, int count, int index) {
        int host = ((FIRST_GROUP + count) << 8) + 1 + index;
        return ends(row, host >>> 16) + (host >>> 8 & 0xff) + "." + (host & 0xff);
    }

    /** The network identifier of an endpoint of the group of {@code count}; its id has the same digits. */
    static int vni(int count, int index) {
        return FIRST_GROUP + count + index * VNI_STEP;
    }

    private static String ends(Row row, int block) {
        return row.veth() ? "10." + (FIRST_BLOCK_ON_VETH + block) + "." : "127." + block + ".";
    }
}
