// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.NodeId;
import org.junit.jupiter.api.Test;

class BusAddressTest {

    private static final NodeId GW_1 = new NodeId("gw-1");
    private static final NodeId GW_10 = new NodeId("gw-10");

    @Test
    void namesAtMostOneNode() {
        BusAddress<?, ?> plain = BusAddresses.FLOW_OPEN;
        assertThat(plain.at(GW_1).name()).isEqualTo("sluice.flow.open.v1@gw-1");
        assertThat(plain.at(GW_1).at(GW_10).name()).isEqualTo("sluice.flow.open.v1@gw-10");
        assertThat(plain.at(GW_1).nameWithoutNode()).isEqualTo(plain.name());
        assertThat(plain.nameWithoutNode()).isEqualTo(plain.name());
    }

    @Test
    void knowsWhichNodeItNames() {
        BusAddress<?, ?> plain = BusAddresses.FLOW_OPEN;
        assertThat(plain.at(GW_1).isAt(GW_1)).isTrue();
        assertThat(plain.at(GW_10).isAt(GW_1)).isFalse();
        assertThat(plain.at(GW_1).isAt(GW_10)).isFalse();
        assertThat(plain.isAt(GW_1)).isFalse();
    }

    @Test
    void everyAddressIsThereOnce() {
        assertThat(BusAddresses.ALL)
                .extracting(BusAddress::name)
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("sluice\\.[a-z]+\\.[a-z]+\\.v1"));
    }

    @Test
    void onlyAddressesWithAnswersHaveADeadline() {
        assertThat(BusAddresses.ALL)
                .allMatch(address -> (address.reply() == Void.class) == (address.deadlineMs() == 0));
    }
}
