// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

/**
 * Which events somebody wants: those that have every value asked for. An event without a field, such as a drop without
 * an endpoint, is not of any one value of it.
 *
 * @param kind of this kind only; empty for all
 * @param endpoint of this endpoint only; empty for all
 * @param targetGroup of this target group only; empty for all
 * @param target of this target only; empty for all
 * @param reason with this reason only; empty for all
 */
public record EventFilter(String kind, String endpoint, String targetGroup, String target, String reason) {

    /** All events. */
    public static final EventFilter ALL = new EventFilter("", "", "", "", "");

    /** Whether an event is wanted. */
    public boolean wants(Event event) {
        return is(kind, event.kind().text())
                && is(endpoint, event.endpoint())
                && is(targetGroup, event.targetGroup())
                && is(target, event.target())
                && is(reason, event.reason());
    }

    private static boolean is(String asked, String value) {
        return asked.isEmpty() || asked.equals(value);
    }
}
