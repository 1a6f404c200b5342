// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.id.TargetGroupId;

/** What the bearer of a token may do. */
public sealed interface TokenRole {

    /** Everything. */
    TokenRole ADMIN = new Admin();

    /** Reads everything but tokens, changes nothing. */
    TokenRole READ_ONLY = new ReadOnly();

    /** Everything. */
    record Admin() implements TokenRole {
        @Override
        public String text() {
            return "admin";
        }
    }

    /** Reads everything but tokens, changes nothing. */
    record ReadOnly() implements TokenRole {
        @Override
        public String text() {
            return "read-only";
        }
    }

    /**
     * Registers and deregisters targets of one group, and nothing else.
     *
     * @param group which
     */
    record Register(TargetGroupId group) implements TokenRole {
        @Override
        public String text() {
            return PREFIX + group.name();
        }

        private static final String PREFIX = "register:";
    }

    /** As people write it: {@code admin}, {@code read-only}, {@code register:<group>}. */
    String text();

    /**
     * Reads what {@link #text} wrote.
     *
     * @throws IllegalArgumentException saying what would be valid
     */
    static TokenRole parse(String text) {
        if (text.equals(ADMIN.text())) {
            return ADMIN;
        }
        if (text.equals(READ_ONLY.text())) {
            return READ_ONLY;
        }
        if (text.startsWith(Register.PREFIX)) {
            return new Register(new TargetGroupId(text.substring(Register.PREFIX.length())));
        }
        throw new IllegalArgumentException(
                "'" + text + "': expected one of admin, read-only, register: with the name of a target group");
    }
}
