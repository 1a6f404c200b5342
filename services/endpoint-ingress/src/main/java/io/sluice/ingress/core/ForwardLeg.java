// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.PacketConduit;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowTimeouts;

/**
 * The last step towards a target: a packet of a known flow is counted, keeps its flow alive (F-13), and enters the
 * conduit; a packet of a flow that bypasses inspection goes straight back to the endpoint.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
final class ForwardLeg {

    private final FlowTable table;
    private final TargetDirectory targets;
    private final ShardState state;
    private final PacketConduit conduit;
    private final EndpointDelivery delivery;
    private long bypassedCount;

    ForwardLeg(ShardState state, PacketConduit conduit, EndpointDelivery delivery) {
        this.state = state;
        this.table = state.table;
        this.targets = state.targets;
        this.conduit = conduit;
        this.delivery = delivery;
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
        if (packet.icmpError) {
            table.count(entry, packet.fromLower, packet.innerLengthBytes);
        } else {
            use(packet, traits, entry);
        }
        if (table.attachment(entry, packet.fromLower) != packet.attachment) {
            table.attach(entry, packet.fromLower, packet.attachment);
        }
        if (table.frame(entry, packet.fromLower) != packet.frame) {
            table.frame(entry, packet.fromLower, packet.frame);
        }
        int target = table.targetIndex(entry);
        if (targets.isBypass(target)) {
            bypassedCount++;
            delivery.deliver(
                    packet.slot,
                    packet.innerOffset,
                    packet.innerLengthBytes,
                    packet.protocolType,
                    endpoint,
                    packet.attachment,
                    packet.frame);
            return;
        }
        conduit.toTarget(
                packet.slot,
                packet.innerOffset,
                packet.innerLengthBytes,
                packet.protocolType,
                endpoint.id,
                table.cookie(entry),
                endpoint.zoneIndex,
                target,
                table.portSlot(entry),
                TcpTracker.returnsSeen(table.tcpState(entry)));
    }

    /** The packet is one of the flow: it counts, and moves the flow through its life. */
    private void use(EndpointPacket packet, long traits, int entry) {
        boolean fromInitiator = packet.fromLower == table.initiatorIsLower(entry);
        if (packet.tcp && ShardState.followsTcp(traits)) {
            int step = TcpTracker.step(
                    table.tcpState(entry), fromInitiator, packet.tcpFlags, packet.tcpPayloadBytes, false);
            table.tcpState(entry, TcpTracker.state(step));
            table.count(entry, packet.fromLower, packet.innerLengthBytes);
            if (TcpTracker.refreshes(step)) {
                table.refresh(entry, state.nowMs());
            }
            if (table.embryonic(entry) && TcpTracker.established(table.tcpState(entry))) {
                table.established(entry);
            }
            return;
        }
        if (packet.tcp && FlowTimeouts.mixesProtocols(traits) && table.idleTimeoutMs(entry) < FlowTimeouts.afterTcp()) {
            table.idleTimeoutMs(entry, FlowTimeouts.afterTcp());
        }
        table.packet(entry, packet.fromLower, packet.innerLengthBytes, state.nowMs());
        if (!fromInitiator && table.embryonic(entry)) {
            table.established(entry);
        }
    }

    /** Packets delivered uninspected. */
    long bypassedCount() {
        return bypassedCount;
    }
}
