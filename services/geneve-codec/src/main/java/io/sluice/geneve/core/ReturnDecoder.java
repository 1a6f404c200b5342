// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.count.PathCounters;
import io.sluice.packet.geneve.GeneveDatagram;

/**
 * What comes back from targets: checks the sender and the GENEVE header and options, and hands the rest to the ingress.
 *
 * <p>Checked here: sender (W-10), version, option lengths, critical options, control bit, protocol type (section 1.2),
 * presence and length of the three options (W-14, W-15, W-19). Not read: VNI, source port (W-5). Endpoint id 0 is no
 * endpoint's: such packets answer data-path probes and go no further. Checked by the ingress, which has the flow:
 * endpoint, cookie, target, inner packet.
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public final class ReturnDecoder implements DatagramReceiver {

    private final PacketSlab slab;
    private final TargetDirectory targets;
    private final PathCounters counters;
    private final PathWatch probes;
    private final ReturnReceiver ingress;
    private final GeneveDatagram geneve = GeneveDatagram.targetSide();

    /**
     * @param slab the shard's packet memory
     * @param targets the shard's targets
     * @param counters the shard's counters
     * @param probes get what answers them
     * @param ingress who gets what passes
     */
    public ReturnDecoder(
            PacketSlab slab, TargetDirectory targets, PathCounters counters, PathWatch probes, ReturnReceiver ingress) {
        this.slab = slab;
        this.targets = targets;
        this.counters = counters;
        this.probes = probes;
        this.ingress = ingress;
    }

    /** None: what goes on from here has no longer header than a return with its three options. */
    @Override
    public int headroomBytes() {
        return 0;
    }

    @Override
    public void onDatagram(
            DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
        if (!targets.permitted(sourceAddress)) {
            counters.packet(PacketPlace.TARGET_IN, lengthBytes);
            drop(slot, DropReason.TARGET_UNKNOWN);
            return;
        }
        DecodeStatus status = geneve.decode(slab.memory(), offset, lengthBytes);
        if (status == DecodeStatus.OK && geneve.endpointId() == DataPathProbes.ENDPOINT_ID) {
            probe(port, slot, lengthBytes, sourceAddress);
            return;
        }
        counters.packet(PacketPlace.TARGET_IN, lengthBytes);
        if (status != DecodeStatus.OK) {
            targets.rejected(sourceAddress);
            drop(slot, DecodeDrops.reason(status));
            return;
        }
        ingress.onReturn(
                slot,
                geneve.payloadOffset(),
                geneve.payloadLengthBytes(),
                geneve.protocolType(),
                geneve.endpointId(),
                geneve.flowCookie(),
                sourceAddress);
    }

    /** The answer to a probe is no traffic: it counts as such, and only there. What is none counts as any packet. */
    private void probe(DatagramPort port, int slot, int lengthBytes, int sourceAddress) {
        DropReason reason = probes.answer(
                geneve.payloadOffset(),
                geneve.payloadLengthBytes(),
                geneve.protocolType(),
                geneve.flowCookie(),
                sourceAddress,
                port.localAddress());
        if (reason != null) {
            counters.packet(PacketPlace.TARGET_IN, lengthBytes);
            targets.rejected(sourceAddress);
            drop(slot, reason);
            return;
        }
        slab.release(slot);
    }

    @Override
    public void onBatchEnd() {
        ingress.onReturnBatchEnd();
    }

    private void drop(int slot, DropReason reason) {
        counters.drop(reason);
        slab.release(slot);
    }
}
