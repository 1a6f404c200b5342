// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.PacketConduit;
import io.sluice.hashing.core.FlowTimeouts;

/**
 * The last step towards a target: a packet of a known flow is counted, keeps its flow alive (F-13), and enters the
 * conduit.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class ForwardLeg {

    private final FlowTable table;
    private final ShardState state;
    private final PacketConduit conduit;

    ForwardLeg(ShardState state, PacketConduit conduit) {
        this.state = state;
        this.table = state.table;
        this.conduit = conduit;
    }

    /**
     * Sends a packet.
     *
     * <p><b>Ownership</b>: consumes the packet's slot.
     *
     * @param traits word 5 of the flow's key
     * @param entry its slot in the table
     */
    void send(EndpointPacket packet, long traits, EndpointEntry endpoint, int entry) {
        if (packet.tcp && ShardState.followsTcp(traits)) {
            boolean fromInitiator = packet.fromLower == table.initiatorIsLower(entry);
            int step = TcpTracker.step(
                    table.tcpState(entry), fromInitiator, packet.tcpFlags, packet.tcpPayloadBytes, false);
            table.tcpState(entry, TcpTracker.state(step));
            table.count(entry, packet.fromLower, packet.innerLengthBytes);
            if (TcpTracker.refreshes(step)) {
                table.refresh(entry, state.nowMs());
            }
        } else {
            if (packet.tcp
                    && FlowTimeouts.mixesProtocols(traits)
                    && table.idleTimeoutMs(entry) < FlowTimeouts.afterTcp()) {
                table.idleTimeoutMs(entry, FlowTimeouts.afterTcp());
            }
            table.packet(entry, packet.fromLower, packet.innerLengthBytes, state.nowMs());
        }
        if (table.attachment(entry, packet.fromLower) != packet.attachment) {
            table.attach(entry, packet.fromLower, packet.attachment);
        }
        conduit.toTarget(
                packet.slot,
                packet.innerOffset,
                packet.innerLengthBytes,
                packet.protocolType,
                endpoint.id,
                table.cookie(entry),
                endpoint.zoneIndex,
                table.targetIndex(entry),
                table.portSlot(entry));
    }
}
