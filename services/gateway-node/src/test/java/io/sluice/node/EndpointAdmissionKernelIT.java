// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An endpoint service's acceptance, by documents, through one real node. */
class EndpointAdmissionKernelIT {

    private static final int FLOWS = EndpointAdmissionScenario.FLOWS;

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(EndpointAdmissionScenario.class, directory);
    }

    /** Nothing comes back, nothing reaches an appliance, everything is counted. */
    @Test
    void e3APendingEndpointsPacketsAreDroppedAndCounted() {
        assertThat(observed).containsEntry("pending.stopped", "0 0 " + FLOWS);
    }

    @Test
    void e3AcceptedByADocumentItsPacketsPass() {
        assertThat(observed)
                .containsEntry("accepted.status", "200")
                .containsEntry("accepted.changes", "[connection pending accepted]")
                .containsEntry("accepted.returned", FLOWS + " " + FLOWS)
                .containsEntry("accepted.drops", "0.0")
                .containsEntry("accepted.flows", "" + 2 * FLOWS);
    }

    @Test
    void aDocumentThatDoesNotSayItKeepsTheDecision() {
        assertThat(observed).containsEntry("unsaid.changes", "[]").containsEntry("unsaid.returned", "" + FLOWS);
    }

    @Test
    void e4RejectedItsFlowsEndAndBothWaysAreShut() {
        assertThat(observed)
                .containsEntry("rejected.status", "200")
                .containsEntry("rejected.changes", "[connection accepted rejected]")
                .containsEntry("rejected.stopped", "0 0 " + FLOWS)
                .containsEntry("rejected.returns", "0 true");
    }

    @Test
    void e3AcceptedAgainItHasNewConnections() {
        assertThat(observed).containsEntry("again.changes", "[connection rejected accepted]");
    }

    @Test
    void itsNeighbourLosesNothing() {
        assertThat(observed)
                .containsEntry("neighbour.lost", "0")
                .containsEntry("neighbour.unexpected", "0")
                .containsEntry("imbalance", "0");
    }
}
