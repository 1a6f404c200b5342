// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.QuotedPacket;
import io.sluice.packet.ip.IpProtocol;
import java.nio.ByteBuffer;

/**
 * Which flow a packet belongs to: makes its key and looks it up.
 *
 * <p>A packet can belong to a flow in several ways, tried in this order:
 *
 * <ol>
 *   <li>an ICMP error belongs to the flow of the packet it quotes (F-24, where that affinity is on);
 *   <li>a fragment belongs to the flow of its first fragment (F-23, {@link FragmentMap});
 *   <li>any packet belongs to the flow of its own tuple, by the endpoint's stickiness (F-1, F-3), or by one that was in
 *       force before (F-7); of several flows to the most specific one.
 * </ol>
 *
 * <p>After a call {@link #key}, {@link #hash}, {@link #fromLower} and {@link #icmpError} are those of the flow found, or,
 * where none was, of the flow that the packet may open.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
final class FlowLocator {

    final long[] key = new long[FlowKey.WORDS];
    long hash;
    boolean fromLower;
    boolean icmpError;
    /** Why {@link #locateReturned} found nothing. */
    DropReason refusal = DropReason.RETURN_FLOW_UNKNOWN;

    private final ByteBuffer memory;
    private final FlowTable table;
    private final FlowHasher hasher;
    private final FragmentMap fragments;

    /** As long as it goes on, {@link #key}, {@link #hash} and {@link #fromLower} are those of its packets. */
    private final FlowRun run;

    private final QuotedPacket quoted = new QuotedPacket();
    /** Whether {@link #locateReturned} has met a live flow that the packet could belong to. */
    private boolean met;

    /**
     * @param memory the shard's packet memory
     * @param table its flows
     * @param hasher the table's hash
     * @param fragments ports of fragmented packets, shared by both directions
     */
    FlowLocator(ByteBuffer memory, FlowTable table, FlowHasher hasher, FragmentMap fragments) {
        this.memory = memory;
        this.table = table;
        this.hasher = hasher;
        this.fragments = fragments;
        run = new FlowRun(table);
    }

    /**
     * Looks up a packet that came from an endpoint.
     *
     * @return the flow's slot, whether or not its time is over, or {@link FlowTable#NONE}
     */
    int locate(EndpointEntry endpoint, InnerPacket inner, long nowMs) {
        if (endpoint.packets.icmpErrorsFollow() && isIcmp(inner) && quoted.parse(memory, inner)) {
            for (int kind = 0; kind < endpoint.kindCount(); kind++) {
                int entry = findQuoted(endpoint, endpoint.kind(kind));
                if (live(entry, nowMs)) {
                    return entry;
                }
            }
        }
        for (int kind = 0; kind < endpoint.kindCount() && endpoint.kindCount() > 1; kind++) {
            int entry = findOwn(endpoint, inner, endpoint.kind(kind), nowMs);
            if (live(entry, nowMs)) {
                return entry;
            }
        }
        return locateOwn(endpoint, inner, nowMs);
    }

    /** Looks up the flow of the packet's own tuple, or its first fragment's, by the present stickiness: what it may open. */
    int locateOwn(EndpointEntry endpoint, InnerPacket inner, long nowMs) {
        return findOwn(endpoint, inner, endpoint.stickiness, nowMs);
    }

    /** Remembers the ports of a first fragment that an appliance made itself: its others follow it (F-23, W-24). */
    void returnedFirst(EndpointEntry endpoint, InnerPacket inner, long nowMs) {
        fragments.first(endpoint.id, inner, nowMs);
    }

    private int findOwn(EndpointEntry endpoint, InnerPacket inner, Stickiness kind, long nowMs) {
        if (inner.isFragment() && endpoint.packets.fragmentsFollow() && kind == Stickiness.FIVE_TUPLE) {
            if (inner.firstFragment()) {
                fragments.first(endpoint.id, inner, nowMs);
                return findWithPorts(endpoint, inner, inner.sourcePort(), inner.destinationPort());
            }
            if (fragments.find(endpoint.id, inner, nowMs)) {
                return findWithPorts(endpoint, inner, fragments.sourcePort(), fragments.destinationPort());
            }
        }
        return find(endpoint, inner, kind);
    }

    /**
     * Looks up a packet that a target returned: of the flows that it can belong to, the one with its cookie.
     *
     * @return the flow's slot, or {@link FlowTable#NONE}: {@link #refusal} says why
     */
    int locateReturned(EndpointEntry endpoint, InnerPacket inner, int flowCookie, long nowMs) {
        met = false;
        for (int kind = 0; kind < endpoint.kindCount(); kind++) {
            int entry = find(endpoint, inner, endpoint.kind(kind));
            if (carries(entry, flowCookie, nowMs)) {
                return entry;
            }
        }
        if (inner.isFragment() && (inner.firstFragment() || fragments.find(endpoint.id, inner, nowMs))) {
            int entry = inner.firstFragment()
                    ? findWithPorts(endpoint, inner, inner.sourcePort(), inner.destinationPort())
                    : findWithPorts(endpoint, inner, fragments.sourcePort(), fragments.destinationPort());
            if (carries(entry, flowCookie, nowMs)) {
                return entry;
            }
        }
        // W-24: an error about the flow may come back under the flow's header whatever the affinity of errors is
        if (isIcmp(inner) && quoted.parse(memory, inner)) {
            for (int kind = 0; kind < endpoint.kindCount(); kind++) {
                int entry = findQuoted(endpoint, endpoint.kind(kind));
                if (carries(entry, flowCookie, nowMs)) {
                    return entry;
                }
            }
        }
        refusal = met ? DropReason.RETURN_COOKIE_MISMATCH : unknown(endpoint, flowCookie, nowMs);
        return FlowTable.NONE;
    }

    /**
     * Looks up the flow that a return would have under a kind of stickiness, whatever its cookie: keyed as a packet of an
     * endpoint is, ports of a first fragment as they are at hand.
     *
     * @return the flow's slot, whether or not its time is over, or {@link FlowTable#NONE}
     */
    int findReturned(EndpointEntry endpoint, InnerPacket inner, Stickiness kind, long nowMs) {
        if (inner.isFragment() && endpoint.packets.fragmentsFollow() && kind == Stickiness.FIVE_TUPLE) {
            if (inner.firstFragment()) {
                return findWithPorts(endpoint, inner, inner.sourcePort(), inner.destinationPort());
            }
            if (fragments.find(endpoint.id, inner, nowMs)) {
                return findWithPorts(endpoint, inner, fragments.sourcePort(), fragments.destinationPort());
            }
        }
        return find(endpoint, inner, kind);
    }

    /** Whether a packet is an error about another. */
    boolean quotes(InnerPacket packet) {
        return isIcmp(packet) && quoted.parse(memory, packet);
    }

    /** Whether a live flow has the cookie; one that has another was met all the same. */
    private boolean carries(int entry, int flowCookie, long nowMs) {
        if (!live(entry, nowMs)) {
            return false;
        }
        met = true;
        return table.cookie(entry) == flowCookie;
    }

    /** No flow has the tuple; the cookie may still tell what went wrong (W-19, W-21). */
    private DropReason unknown(EndpointEntry endpoint, int flowCookie, long nowMs) {
        int entry = table.findByCookie(endpoint.id, flowCookie);
        if (live(entry, nowMs)) {
            return DropReason.RETURN_TUPLE_MISMATCH;
        }
        return isOfAnotherEndpoint(endpoint, flowCookie)
                ? DropReason.RETURN_ENDPOINT_MISMATCH
                : DropReason.RETURN_FLOW_UNKNOWN;
    }

    /** Whether no flow of an endpoint has the cookie, and one of another endpoint has. */
    boolean isOfAnotherEndpoint(EndpointEntry endpoint, int flowCookie) {
        return table.findByCookie(endpoint.id, flowCookie) == FlowTable.NONE && table.cookieInUse(flowCookie);
    }

    /**
     * The flow of a cookie, whatever tuple the packet has ({@code return-tuple-check: false}, W-21). Its direction is that
     * of the side whose address the packet still has as its source, else away from the initiator.
     */
    int locateByCookie(EndpointEntry endpoint, InnerPacket inner, int flowCookie, long nowMs) {
        int entry = table.findByCookie(endpoint.id, flowCookie);
        if (!live(entry, nowMs)) {
            return FlowTable.NONE;
        }
        table.copyKey(entry, key, 0);
        run.end();
        boolean sourceIsLower = key[1] == inner.sourceHigh() && key[2] == inner.sourceLow();
        boolean sourceIsUpper = key[3] == inner.sourceHigh() && key[4] == inner.sourceLow();
        boolean targetIsLower = key[1] == inner.destinationHigh() && key[2] == inner.destinationLow();
        boolean targetIsUpper = key[3] == inner.destinationHigh() && key[4] == inner.destinationLow();
        if (sourceIsLower || targetIsUpper) {
            fromLower = true;
        } else if (sourceIsUpper || targetIsLower) {
            fromLower = false;
        } else {
            fromLower = table.initiatorIsLower(entry);
        }
        icmpError = false;
        return entry;
    }

    private boolean live(int entry, long nowMs) {
        return entry != FlowTable.NONE && !table.expiredAt(entry, nowMs);
    }

    private static boolean isIcmp(InnerPacket inner) {
        return inner.protocol() == IpProtocol.ICMP || inner.protocol() == IpProtocol.ICMPV6;
    }

    private int find(EndpointEntry endpoint, InnerPacket inner, Stickiness kind) {
        icmpError = false;
        int entry = run.entry(endpoint, inner, kind);
        if (entry == FlowTable.NONE) {
            fromLower = FlowKeyExtractor.extract(inner, endpoint.id, kind, key, 0);
            entry = lookUp();
            run.found(entry, endpoint, inner, kind);
        }
        return entry;
    }

    private int findWithPorts(EndpointEntry endpoint, InnerPacket inner, int sourcePort, int destinationPort) {
        icmpError = false;
        fromLower = FlowKeyExtractor.extractWithPorts(
                inner, sourcePort, destinationPort, endpoint.id, Stickiness.FIVE_TUPLE, key, 0);
        run.end();
        return lookUp();
    }

    private int findQuoted(EndpointEntry endpoint, Stickiness kind) {
        icmpError = true;
        fromLower = FlowKeyExtractor.extractQuoted(quoted, endpoint.id, kind, key, 0);
        run.end();
        return lookUp();
    }

    private int lookUp() {
        hash = hasher.hash(key, 0);
        return table.find(key, 0, hash);
    }
}
