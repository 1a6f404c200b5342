// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import java.util.Locale;

/**
 * One line of a plan: what a document adds, removes or changes.
 *
 * @param action what happens
 * @param kind what it happens to, in the words of the document: {@code target-group}, {@code target} and so on
 * @param id its name; of a target the group's name, a slash, and the target's
 * @param field the key that changes; empty where the whole thing comes or goes
 * @param from its value before; empty where there was none
 * @param to its value after; empty where there is none
 */
public record ConfigChange(Action action, String kind, String id, String field, String from, String to) {

    /** What can happen. */
    public enum Action {
        /** It is new. */
        ADD,
        /** It goes: a target drains first. */
        REMOVE,
        /** One of its values becomes another. */
        CHANGE;

        /** Lower-case text as the admin routes print it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
