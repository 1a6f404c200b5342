// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.InnerPacket;
import org.jspecify.annotations.Nullable;

/**
 * The flow of the packet before: packets of one flow come in runs, and what is sent together nearly always is of one flow.
 * One that has the tuple of the packet before it needs neither a key, nor a hash, nor a look into the table.
 *
 * <p>So it does not wait for its own header to come from memory before the flow's entry is asked for either: the processor
 * goes on with the entry it has, and compares the header when that is there.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
final class FlowRun {

    private final FlowTable table;
    private int entry = FlowTable.NONE;
    private int layout;
    private long endpointId;
    private @Nullable Stickiness kind;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int ports;
    private int protocol;
    private int ipVersion;

    FlowRun(FlowTable table) {
        this.table = table;
    }

    /** The flow that the packet before had, if this one has its tuple and the table has not moved it, or {@link FlowTable#NONE}. */
    int entry(EndpointEntry endpoint, InnerPacket inner, Stickiness stickiness) {
        return entry != FlowTable.NONE
                        && inner.sourceLow() == sourceLow
                        && inner.destinationLow() == destinationLow
                        && ports(inner) == ports
                        && inner.sourceHigh() == sourceHigh
                        && inner.destinationHigh() == destinationHigh
                        && inner.protocol() == protocol
                        && inner.ipVersion() == ipVersion
                        && !inner.isFragment()
                        && endpoint.id == endpointId
                        && stickiness == kind
                        && table.layout() == layout
                ? entry
                : FlowTable.NONE;
    }

    /** A packet's own tuple was looked up: the next may have it too. Fragments have a key that their fields do not tell. */
    void found(int found, EndpointEntry endpoint, InnerPacket inner, Stickiness stickiness) {
        if (found == FlowTable.NONE || inner.isFragment()) {
            end();
            return;
        }
        entry = found;
        layout = table.layout();
        endpointId = endpoint.id;
        kind = stickiness;
        sourceHigh = inner.sourceHigh();
        sourceLow = inner.sourceLow();
        destinationHigh = inner.destinationHigh();
        destinationLow = inner.destinationLow();
        ports = ports(inner);
        protocol = inner.protocol();
        ipVersion = inner.ipVersion();
    }

    /** Something else was looked up: the next packet starts anew. */
    void end() {
        entry = FlowTable.NONE;
    }

    private static int ports(InnerPacket inner) {
        return inner.sourcePort() << 16 | inner.destinationPort();
    }
}
