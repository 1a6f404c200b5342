// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.model.address.BusAddress;
import io.sluice.model.address.BusAddresses;
import io.sluice.model.id.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BusCountersTest {

    private final BusCounters counters = new BusCounters();

    @Test
    void everyAddressIsThereFromTheStart() {
        List<String> seen = new ArrayList<>();
        counters.forEach((address, direction, count) -> {
            assertThat(count).isZero();
            seen.add(address + " " + direction.text());
        });
        List<String> expected = new ArrayList<>();
        for (BusAddress<?, ?> address : BusAddresses.ALL) {
            expected.add(address.name() + " sent");
            expected.add(address.name() + " received");
        }
        assertThat(seen).containsExactlyElementsOf(expected);
    }

    @Test
    void everyKindOfFailureIsThereFromTheStart() {
        List<String> seen = new ArrayList<>();
        counters.forEachFailure((address, kind, count) -> {
            assertThat(count).isZero();
            seen.add(address + kind);
        });
        assertThat(seen).hasSize(BusAddresses.ALL.size() * BusFailure.Kind.values().length);
    }

    @Test
    void countsUnderTheAddressWithoutItsNode() {
        counters.of(BusAddresses.FLOW_OPEN.at(new NodeId("gw-1"))).countSent();
        counters.of(BusAddresses.FLOW_OPEN.at(new NodeId("gw-2"))).countSent();
        counters.of(BusAddresses.FLOW_OPEN.at(new NodeId("gw-2"))).countReceived();
        assertThat(counters.messages("sluice.flow.open.v1", BusCounters.Direction.SENT))
                .isEqualTo(2);
        assertThat(counters.messages("sluice.flow.open.v1", BusCounters.Direction.RECEIVED))
                .isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> counters.messages("sluice.flow.opened.v1", BusCounters.Direction.SENT))
                .withMessageStartingWith("sluice.flow.opened.v1 is no address: expected one of [sluice.flow.open.v1,");
    }
}
