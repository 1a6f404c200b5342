// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.flow.core.FlowTable;
import io.sluice.flow.core.TcpTracker;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.id.TargetRef;
import io.sluice.model.metric.DropReason;
import io.sluice.packet.InnerPacket;
import io.sluice.selection.core.FlowFate;
import java.util.function.LongSupplier;

/**
 * Learns flows again from what their targets return (architecture, section 5, "Return"): the cookie is the proof that this
 * gateway gave the flow to that target.
 *
 * <ul>
 *   <li><b>No entry</b>, and a {@link RecoveryWindow} is open: the return of a registered target of the endpoint's group that
 *       may hold flows makes an entry, provisional, so that {@link FlowOffers} tells the flow's authority of it.
 *   <li><b>A provisional entry</b> under another cookie, while a window is open: it takes target and cookie of the return where that cookie was issued
 *       in an earlier slot than the entry was created in. So each replacement makes the entry older, and the returns of two
 *       targets cannot take it from each other for ever. An acknowledged entry is never replaced.
 * </ul>
 *
 * <p>In a window the cookie of a tuple's earlier flow passes too while it can be read: the one exception to W-17, counted. It
 * does not where this shard knows that the flow is over, or holds the SYN of the next.
 *
 * <p><b>Keys.</b> A cookie is tried under the kinds of stickiness that live flows may have (F-7). ICMP errors are never tried:
 * an error is no flow. Nor is a return whose cookie a flow of another tuple has here (W-21).
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none, but for a target's first return.
 */
final class FlowRelearning {

    private final ShardState state;
    private final FlowTable table;
    private final FlowLocator flows;
    private final FlowInstaller installer;
    private final FlowOpening opening;
    private final TargetFates fates;
    private final RecoveryWindow window;
    private final FlowCookies cookies;
    private final LongSupplier wallClockMs;
    private final MacBudget budget;
    private long relearnedCount;
    private long replacedCount;

    /**
     * @param state the shard
     * @param flows has just looked a return up in vain
     * @param installer puts flows into the table
     * @param opening flows that wait for their set-up
     * @param fates which targets may hold flows
     * @param window when absence proves nothing
     * @param cookies knows cookies again
     * @param wallClockMs milliseconds since 1970
     * @param budget what targets may get wrong
     */
    FlowRelearning(
            ShardState state,
            FlowLocator flows,
            FlowInstaller installer,
            FlowOpening opening,
            TargetFates fates,
            RecoveryWindow window,
            FlowCookies cookies,
            LongSupplier wallClockMs,
            MacBudget budget) {
        this.state = state;
        this.table = state.table;
        this.flows = flows;
        this.installer = installer;
        this.opening = opening;
        this.fates = fates;
        this.window = window;
        this.cookies = cookies;
        this.wallClockMs = wallClockMs;
        this.budget = budget;
    }

    /**
     * Learns the flow of a return that {@link FlowLocator#locateReturned} has just refused, if its cookie proves it.
     *
     * <p>What fails is charged to the target's {@link MacBudget}.
     *
     * @return the flow's slot, key and direction being the locator's, or {@link FlowTable#NONE}
     */
    int learn(EndpointEntry endpoint, InnerPacket inner, int flowCookie, int outerSourceAddress) {
        if (!mayLearn()) {
            return FlowTable.NONE;
        }
        int target = targetAt(endpoint, outerSourceAddress);
        TargetRef ref = target == TargetDirectory.NONE ? null : state.targets.ref(target);
        if (ref == null || flows.quotes(inner)) {
            return FlowTable.NONE;
        }
        boolean known = flows.refusal == DropReason.RETURN_COOKIE_MISMATCH;
        int macs = 0;
        for (int kind = 0; kind < endpoint.kindCount(); kind++) {
            int entry = flows.findReturned(endpoint, inner, endpoint.kind(kind), state.nowMs());
            boolean live = entry != FlowTable.NONE && !table.expiredAt(entry, state.nowMs());
            if (known && !live) {
                continue;
            }
            if (entry != FlowTable.NONE && !(live && table.provisional(entry))) {
                // it is acknowledged; or over, as this shard knows
                break;
            }
            macs += cookies.macsPerCookie();
            long issuedAtMs = cookies.issuedAtMs(flows.key, 0, ref, flowCookie, wallClockMs.getAsLong());
            if (issuedAtMs != FlowCookies.NOT_ISSUED) {
                return live
                        ? replace(entry, target, flowCookie, issuedAtMs)
                        : add(endpoint, inner, target, flowCookie, issuedAtMs);
            }
        }
        if (macs > 0) {
            budget.failed(target, macs, state.nowMs());
        }
        return FlowTable.NONE;
    }

    private boolean mayLearn() {
        return switch (flows.refusal) {
            case RETURN_FLOW_UNKNOWN, RETURN_ENDPOINT_MISMATCH -> window.open(state.nowMs());
            case RETURN_COOKIE_MISMATCH -> table.provisionalFlows() > 0 && window.open(state.nowMs());
            default -> false;
        };
    }

    /** The registered target of the endpoint's group at an address, if it may hold flows and has not spent its budget. */
    private int targetAt(EndpointEntry endpoint, int address) {
        TargetDirectory targets = state.targets;
        for (int index = targets.firstAt(address); index != TargetDirectory.NONE; index = targets.nextAt(index)) {
            TargetRef ref = targets.ref(index);
            if (ref != null
                    && targets.isRegistered(index)
                    && ref.group().equals(endpoint.group)
                    && mayHoldFlows(index, endpoint)) {
                return budget.allows(index, state.nowMs()) ? index : TargetDirectory.NONE;
            }
        }
        return TargetDirectory.NONE;
    }

    /** Not one whose flows are to leave it, nor one whose flows end; flows that are to be reset are, once they are known. */
    private boolean mayHoldFlows(int target, EndpointEntry endpoint) {
        FlowFate fate = fates.of(target, endpoint);
        return fate != FlowFate.MOVE && fate != FlowFate.END;
    }

    private int replace(int entry, int target, int flowCookie, long issuedAtMs) {
        if (FlowCookies.slot(issuedAtMs) >= FlowCookies.slot(table.createdAtMs(entry)) || isOpening(entry)) {
            return FlowTable.NONE;
        }
        table.retarget(entry, target, flowCookie, true, issuedAtMs);
        replacedCount++;
        return entry;
    }

    /** A SYN began the connection in hand here: what has an older cookie is of the one before (W-17). */
    private boolean isOpening(int entry) {
        return ShardState.followsTcp(flows.key[FlowKey.TRAITS_WORD]) && !TcpTracker.established(table.tcpState(entry));
    }

    private int add(EndpointEntry endpoint, InnerPacket inner, int target, int flowCookie, long issuedAtMs) {
        if (opening.awaitsOpening(flows.key, flows.hash)) {
            return FlowTable.NONE;
        }
        boolean opensTcp = ShardState.followsTcp(flows.key[FlowKey.TRAITS_WORD])
                && !inner.nonFirstFragment()
                && TcpTracker.opening(inner.tcpFlags());
        int entry = installer.insert(
                flows.key, flows.hash, target, flowCookie, issuedAtMs, true, flows.fromLower, opensTcp, endpoint);
        if (entry == FlowTable.NONE) {
            flows.refusal = DropReason.TABLE_FULL;
            return FlowTable.NONE;
        }
        relearnedCount++;
        return entry;
    }

    /** Flows learnt from a return, that had no entry. */
    long relearnedCount() {
        return relearnedCount;
    }

    /** Provisional entries that a return has replaced. */
    long replacedCount() {
        return replacedCount;
    }
}
