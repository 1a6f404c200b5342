// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.trace;

import io.sluice.model.health.HealthState;
import io.sluice.model.id.TargetRef;
import io.sluice.selection.core.FailureDecision;
import io.sluice.selection.core.FlowFate;
import io.sluice.selection.core.PickExplanation;
import io.sluice.selection.core.TargetSetSnapshot;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a packet would go, and by what.
 *
 * <p>A table's entry decides before a record, a record before a pick (architecture, section 5). Of an entry its target's
 * fate is looked at for every packet; a record's target gets the packet that finds it, and the next one is looked at.
 *
 * @param from what decides
 * @param row the rule or the row of the decision table, by its ID in the contract
 * @param reason the same in a sentence
 * @param target where the packet goes; null where it goes to none
 */
public record Verdict(
        From from, String row, String reason, @Nullable TargetRef target) {

    /** What decides. */
    public enum From {
        /** An ingress's table. */
        ENTRY,
        /** An authority's record. */
        RECORD,
        /** The ranking, for a new flow. */
        PICK,
        /** The ranking, for a flow that leaves its target. */
        MOVE,
        /** Nothing: the sender of a TCP segment is answered with a RST. */
        RESET,
        /** Nothing: it is dropped. */
        DROP,
        /** Nothing: it is delivered uninspected. */
        BYPASS;

        /** Lower-case text as the admin routes print it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The packet of an endpoint that is not available. */
    public static Verdict notAvailable(String state) {
        return new Verdict(From.DROP, "E-3", "the endpoint is " + state + ": its packets are dropped", null);
    }

    /** An IPv6 packet where the endpoint, its service or its load balancer takes none. */
    public static Verdict notTaken() {
        return new Verdict(
                From.DROP, "E-9", "the endpoint, its service or its load balancer takes no IPv6: dropped", null);
    }

    /**
     * Decides.
     *
     * @param snapshot what decides at the nodes too
     * @param endpointId a known endpoint
     * @param explanation of a pick for the flow
     * @param keyHash the flow's ranking hash
     * @param remembered what nodes remember of the flow; entries count before records
     */
    public static Verdict of(
            TargetSetSnapshot snapshot,
            long endpointId,
            PickExplanation explanation,
            long keyHash,
            List<Pinned> remembered) {
        Optional<Pinned> entry = remembered.stream()
                .filter(pinned -> pinned.kind() == Pinned.Kind.ENTRY)
                .findFirst();
        if (entry.isPresent()) {
            if (entry.get().closed()) {
                return picked(snapshot, explanation); // F-20
            }
            return byEntry(
                    snapshot, endpointId, explanation, keyHash, entry.get().target());
        }
        return remembered.stream()
                .findFirst()
                .map(record -> byRecord(snapshot, endpointId, explanation, record.target()))
                .orElseGet(() -> picked(snapshot, explanation));
    }

    private static Verdict byEntry(
            TargetSetSnapshot snapshot, long endpointId, PickExplanation explanation, long keyHash, TargetRef target) {
        FlowFate fate = snapshot.fateOf(target, endpointId);
        return switch (fate) {
            case KEEP -> kept(From.ENTRY, snapshot, endpointId, explanation, target);
            case MOVE -> moved(snapshot, endpointId, keyHash, target);
            case RESET_UNHEALTHY ->
                new Verdict(
                        From.RESET,
                        "T14",
                        "the flow's target is unhealthy and the group resets then: a TCP segment is answered with a"
                                + " RST, the next SYN opens a new flow",
                        null);
            case RESET_DEREGISTERED ->
                new Verdict(
                        From.RESET,
                        "T14",
                        "the flow's target is deregistered and the group resets then: a TCP segment is answered with a"
                                + " RST, the next SYN opens a new flow",
                        null);
            case END -> picked(snapshot, explanation); // T22: the entry is over, so the packet opens a flow
        };
    }

    private static Verdict byRecord(
            TargetSetSnapshot snapshot, long endpointId, PickExplanation explanation, TargetRef target) {
        return kept(From.RECORD, snapshot, endpointId, explanation, target);
    }

    private static Verdict kept(
            From from, TargetSetSnapshot snapshot, long endpointId, PickExplanation explanation, TargetRef target) {
        if (target.isBypass()) {
            return new Verdict(
                    From.BYPASS, "fail-open-bypass", "the flow began while no target was healthy: uninspected", null);
        }
        int index = snapshot.indexOf(target);
        if (index < 0) {
            boolean again = snapshot.targets().stream()
                    .anyMatch(other ->
                            other.group().equals(target.group()) && other.id().equals(target.id()));
            return again
                    ? new Verdict(from, "T20", "the flow is pinned to a target that was registered again", target)
                    : new Verdict(
                            from,
                            "T7",
                            "the flow is pinned to a target that is deregistered, and the group does not rebalance",
                            target);
        }
        if (snapshot.target(index).draining()) {
            return new Verdict(from, "T18", "the flow is pinned to a target that drains: existing flows go on", target);
        }
        boolean failed = explanation.ranking().stream()
                .anyMatch(ranked ->
                        ranked.targetIndex() == index && ranked.health().state() == HealthState.UNHEALTHY);
        if (failed && snapshot.fateOf(target, endpointId) == FlowFate.KEEP) {
            return new Verdict(
                    from,
                    explanation.row().id(),
                    "the flow is pinned to an unhealthy target, and the group does not rebalance: it stays",
                    target);
        }
        return new Verdict(from, "F-6", "the flow is known, and goes where it is pinned", target);
    }

    private static Verdict moved(TargetSetSnapshot snapshot, long endpointId, long keyHash, TargetRef target) {
        int index = snapshot.pickForMove(endpointId, keyHash);
        if (index == TargetSetSnapshot.UNMOVED) {
            return new Verdict(
                    target.isBypass() ? From.BYPASS : From.ENTRY,
                    "T10",
                    "the flow's target failed or left and the group rebalances, but no target is healthy: it stays",
                    target.isBypass() ? null : target);
        }
        boolean left = snapshot.indexOf(target) < 0;
        return new Verdict(
                From.MOVE,
                left ? "T6" : "T5",
                left
                        ? "the flow's target is gone and the group rebalances: the flow moves with its next packet"
                        : "the flow's target is unhealthy and the group rebalances: the flow moves with its next packet",
                snapshot.targetRef(index));
    }

    private static Verdict picked(TargetSetSnapshot snapshot, PickExplanation explanation) {
        String row = explanation.row().id();
        String sentence = explanation.row().sentence();
        if (explanation.picked() >= 0) {
            return new Verdict(From.PICK, row, sentence, snapshot.targetRef(explanation.picked()));
        }
        boolean bypasses = explanation.outcome() == FailureDecision.Outcome.BYPASS;
        return new Verdict(bypasses ? From.BYPASS : From.DROP, row, sentence, null);
    }
}
