// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.util.List;

/**
 * Whose journal it is: a digest of the master secret that the cookies in it come from. Members of one cluster have one
 * secret; under another the records are worth nothing. While secrets are changed the journal of the other accepted one is
 * taken over.
 */
public final class JournalIdentity {

    /** What the fingerprints are for. */
    public static final String PURPOSE = "journal of flow records";

    private final List<String> accepted;

    private JournalIdentity(List<String> accepted) {
        this.accepted = accepted;
    }

    /**
     * The identity of the first of some secrets, to which journals of the others belong too.
     *
     * @param fingerprints of the secrets, for {@link #PURPOSE}, the issuing one's first
     */
    public static JournalIdentity of(List<String> fingerprints) {
        return new JournalIdentity(List.copyOf(fingerprints));
    }

    /** What a journal says whose it is. */
    String text() {
        return accepted.getFirst();
    }

    /** Whether a journal that says so is taken. */
    boolean takes(String other) {
        return accepted.contains(other);
    }
}
