// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.Inner.*;
import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.metric.DropReason;
import io.sluice.testkit.PacketBuilder;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who goes when there is no room: the endpoint's own one-way flows, the longest idle first, and nobody else. */
class FlowQuotaTest {

    private ShardRig rig = new ShardRig(new RigModel().quota(3));

    @AfterEach
    void nothingIsLost() {
        rig.checkNothingIsLost();
    }

    /** A flow of two packets, one each way: established. */
    private void established(int port) {
        oneWay(port);
        rig.fromEndpoint(plain(udpBack(port, 1)), ATTACHMENT);
        rig.sentToTargets();
    }

    private void oneWay(int port) {
        rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
        if (!rig.asked.isEmpty()) {
            rig.answer(TARGET_A, COOKIE + port);
        }
        rig.sentToTargets();
    }

    private boolean known(int port) {
        rig.fromEndpoint(plain(udp(port, 1)), ATTACHMENT);
        boolean known = rig.asked.isEmpty();
        if (!known) {
            rig.refuse(FlowOpenedBatch.NO_TARGET);
        }
        rig.sentToTargets();
        return known;
    }

    @Test
    void theLongestIdleOneWayFlowGoesFirst() {
        for (int port = 1; port <= 3; port++) {
            rig.nowMs += 10;
            oneWay(port);
        }
        rig.nowMs += 10;
        oneWay(1); // used again: 2 is the longest idle now
        rig.nowMs += 10;
        oneWay(4);
        assertThat(rig.closed).as("its end is told").hasSize(1);
        assertThat(known(1)).isTrue();
        assertThat(known(3)).isTrue();
        assertThat(known(4)).isTrue();
        assertThat(rig.table.size()).isEqualTo(3);
        assertThat(rig.shard.installer().evictedCount()).isOne();
    }

    @Test
    void establishedFlowsNeverGo() {
        for (int port = 1; port <= 3; port++) {
            established(port);
        }
        oneWay(4);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TABLE_FULL, 1L));
        assertThat(rig.asked)
                .as("nobody is asked for what could not be installed")
                .isEmpty();
        for (int port = 1; port <= 3; port++) {
            assertThat(known(port)).isTrue();
        }
    }

    @Test
    void anotherEndpointsFlowsNeverGoAndItsQuotaIsItsOwn() {
        for (int port = 1; port <= 3; port++) {
            established(port);
        }
        for (int port = 1; port <= 3; port++) {
            rig.fromEndpoint(
                    PacketBuilder.geneve().vni(SECOND_VNI).payload(udp(port, 1)).build(), OTHER_ATTACHMENT);
            rig.answer(TARGET_B, COOKIE + 100 + port);
        }
        rig.sentToTargets();
        assertThat(rig.table.size()).isEqualTo(6);
        oneWay(4);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TABLE_FULL, 1L));
    }

    /** The default quota is half of the table, so one endpoint cannot take it all. */
    @Test
    void withoutAQuotaAnEndpointGetsHalfOfTheTable() {
        rig = new ShardRig(new RigModel(), 8);
        for (int port = 1; port <= 4; port++) {
            established(port);
        }
        oneWay(5);
        assertThat(rig.drops()).containsOnly(Map.entry(DropReason.TABLE_FULL, 1L));
    }

    /** A flood of segments that open nothing must not push flows out. */
    @Test
    void whatIsRefusedPushesNobodyOut() {
        for (int port = 1; port <= 3; port++) {
            oneWay(port);
        }
        for (int port = 1; port <= 20; port++) {
            rig.fromEndpoint(plain(tcp(true, 50_000 + port, "A", 0)), ATTACHMENT);
            rig.refuse(FlowOpenedBatch.NO_FLOW);
        }
        assertThat(rig.shard.installer().evictedCount()).isZero();
        assertThat(rig.table.size()).isEqualTo(3);
    }
}
