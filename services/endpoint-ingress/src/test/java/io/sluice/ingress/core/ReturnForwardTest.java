// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.core.ReturnTrail;
import io.sluice.model.metric.DropReason;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A return that came to the wrong one of several ingresses. */
class ReturnForwardTest {

    private final ShardRig rig = new ShardRig();

    @AfterEach
    void everySlotIsBack() {
        assertThat(rig.slab.freeCount()).isEqualTo(SLOTS);
    }

    private void flow() {
        rig.fromEndpoint(plain(tcp(true, "S", 0)), ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        assertThat(rig.sentToTargets()).hasSize(1);
    }

    @Test
    void aReturnOfNoFlowHereGoesToTheOther() {
        rig.forward.takes = true;
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_A);
        assertThat(rig.forward.offered).containsExactly(false);
        assertThat(rig.drops()).isEmpty();
        assertThat(rig.endpointPort.take()).isEmpty();
    }

    @Test
    void withoutAnotherItIsDroppedAsBefore() {
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_A);
        assertThat(rig.drops()).isEqualTo(Map.of(DropReason.RETURN_FLOW_UNKNOWN, 1L));
    }

    @Test
    void aReturnWhosePacketCameInHereIsDelivered() {
        flow();
        rig.forward.takes = true;
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE), FW_A);
        assertThat(rig.forward.offered).isEmpty();
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(tcp(true, "S", 0)));
    }

    @Test
    void aReturnOfTheOtherDirectionGoesToWhereThatComesIn() {
        flow();
        rig.forward.takes = true;
        rig.fromTarget(encapsulated(tcp(false, "SA", 0), COOKIE), FW_A);
        assertThat(rig.forward.offered).containsExactly(true);
        assertThat(rig.endpointPort.take()).isEmpty();
    }

    /** Its tuple has another flow here, and an ingress that was asked before has its own. */
    @Test
    void w17AReturnThatAnotherIngressHasTheFlowOfIsNotRefusedForItsCookie() {
        flow();
        rig.forward.takes = true;
        rig.forward.trail = ReturnTrail.GUESSED;
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE + 1), FW_A);
        assertThat(rig.drops()).isEqualTo(Map.of(DropReason.RETURN_COOKIE_MISMATCH, 1L));
        rig.forward.trail = ReturnTrail.of(2, 0x0A00_0009, 6082);
        rig.fromTarget(encapsulated(tcp(true, "S", 0), COOKIE + 1), FW_A);
        assertThat(rig.forward.offered).containsExactly(false);
        assertThat(rig.dropped()).isOne();
    }

    @Test
    void withoutAnotherItLeavesByTheOnlySideThatIsKnown() {
        flow();
        rig.fromTarget(encapsulated(tcp(false, "SA", 0), COOKIE), FW_A);
        assertThat(rig.onlyDelivered().payload()).isEqualTo(plain(tcp(false, "SA", 0)));
    }
}
