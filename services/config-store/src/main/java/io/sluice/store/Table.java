// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.nio.charset.StandardCharsets;

/** The column families of a store. */
enum Table {
    /** Format, number of the last commit and how to undo it, the file applied last. */
    NOTES(0, "default"),
    /** Revisions by number and author. */
    REVISIONS(1, "revisions"),
    /** Entries of the audit by sequence. */
    AUDIT(2, "audit"),
    /** Tokens by name. */
    TOKENS(3, "tokens");

    private final int number;
    private final String text;

    Table(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /** Number on disk. */
    int number() {
        return number;
    }

    /** Name on disk. */
    byte[] bytes() {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
