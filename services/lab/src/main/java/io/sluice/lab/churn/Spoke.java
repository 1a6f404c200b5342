// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.List;

/**
 * An endpoint of the churn.
 *
 * @param endpoint its id
 * @param number the 64 bits of option 1
 * @param vni its network identifier
 * @param zone where it is
 */
record Spoke(String endpoint, long number, int vni, String zone) {
    /** Where most flows are, one in each zone. */
    static final List<Spoke> MAIN = List.of(of(1, "az1"), of(2, "az2"));

    /** The one that is accepted and rejected. */
    static final Spoke VISITOR = of(3, "az1");

    /** Those with flows. */
    static final List<Spoke> ALL = List.of(MAIN.get(0), MAIN.get(1), VISITOR);

    /** An endpoint by its running number, 1 and up. */
    static Spoke of(int running, String zone) {
        long number = 0xa000_0000_0000_0000L + running;
        return new Spoke("vpce-0" + Long.toHexString(number), number, 100 + running, zone);
    }
}
