// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import io.sluice.hashing.core.MasterSecrets;
import java.util.List;

/**
 * Whose journal it is: a digest of the master secret that the cookies in it come from. Members of one cluster have one
 * secret; under another the records are worth nothing. While secrets are changed the journal of the other accepted one is
 * taken over.
 */
public final class JournalIdentity {

    private static final String PURPOSE = "journal of flow records";

    private final List<String> accepted;

    private JournalIdentity(List<String> accepted) {
        this.accepted = accepted;
    }

    /** The identity of the issuing secret, to which journals of the accepted one belong too. */
    public static JournalIdentity of(MasterSecrets secrets) {
        return new JournalIdentity(secrets.fingerprints(PURPOSE));
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
