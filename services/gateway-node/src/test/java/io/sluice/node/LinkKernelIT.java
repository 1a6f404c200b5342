// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * All that {@link WireKernelIT} asks for, of a gateway whose ingress and codec are processes of their own and whose decisions
 * are made in a third: what an appliance sees is the same. And what the link between them is asked for besides.
 */
class LinkKernelIT extends WireKernelIT {

    @Override
    Class<?> scenario() {
        return LinkScenario.class;
    }

    @Test
    void aCodecIsNotReadyBeforeItKnowsAnIngress() {
        assertThat(said()).contains("codec.waited=true");
    }

    @Test
    void eachReturnLeavesFromTheIngressItsPacketCameTo() {
        assertThat(said()).contains("answers=10.0.0.3,10.0.0.1,10.0.0.3,10.0.0.1");
    }

    @Test
    void knownFlowsGoOnThroughACodecThatWasKilledAndStartedAgain() {
        assertThat(said()).contains("restart.10.0.0.1=delivered", "restart.10.0.0.3=delivered", "restart.setups=0.0");
    }

    @Test
    void everyProcessAccountsForItsPackets() {
        assertThat(said().filter(line -> line.startsWith("balance.")))
                .containsExactlyInAnyOrder(
                        "balance.codec=even, link-in some, link-out some",
                        "balance.codec.again=even, link-in some, link-out some",
                        "balance.ingress-1=even, link-in some, link-out some",
                        "balance.ingress-2=even, link-in some, link-out some");
    }

    @Test
    void whatNoProcessOfTheGatewaySealedIsDropped() {
        assertThat(said()).contains("forged=dropped");
    }
}
