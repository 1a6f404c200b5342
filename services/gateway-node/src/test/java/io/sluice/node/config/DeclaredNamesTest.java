// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class DeclaredNamesTest {

    @Test
    void namesTheFirstOfManyOnly() {
        DeclaredNames<String> names = new DeclaredNames<>("zone", "zones");
        for (int zone = 1; zone <= 65_536; zone++) {
            names.declare("z" + zone);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> names.refer("az1"))
                .withMessageStartingWith("there is no zone az1 in zones: expected one of z1, z2, ")
                .withMessageEndingWith(", z19, z20, and 65516 more");
    }
}
