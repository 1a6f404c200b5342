// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several nodes of a zone behind one ingress address (architecture, section 3): the directions of a flow enter at different
 * nodes and meet at one appliance, because both nodes ask one authority.
 */
class SharedAddressKernelIT {

    private static final String ALL = "" + SharedAddressScenario.FLOWS;

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws Exception {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(SharedAddressScenario.class, directory);
    }

    @Test
    void f4BothDirectionsHaveOneApplianceAndOneCookie() {
        assertThat(observed).containsEntry("flows", ALL).containsEntry("moved", "0");
    }

    @Test
    void eachDirectionEntersAtANodeOfItsOwn() {
        assertThat(Integer.parseInt(observed.get("entered.gw-1"))).isEqualTo(2 * SharedAddressScenario.FLOWS);
        assertThat(Integer.parseInt(observed.get("entered.gw-2"))).isEqualTo(SharedAddressScenario.FLOWS);
    }

    @Test
    void w20RepliesLeaveFromTheSharedAddressThroughTheAttachmentOfTheirDirection() {
        assertThat(observed)
                .containsEntry("there", ALL)
                .containsEntry("back", ALL)
                .containsEntry("there-again", ALL)
                .containsEntry("strangers", "0");
    }

    @Test
    void nothingIsDroppedAndEveryPacketIsAccountedFor() {
        assertThat(observed).containsEntry("dropped", "0").containsEntry("imbalance", "0");
    }
}
