// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.Locale;

/**
 * What the owner of an endpoint service has decided about an endpoint (E-3, E-4). Only an accepted endpoint's packets pass.
 *
 * <p>{@link #UNDECIDED} is a document that leaves the decision out: what was decided before stays, and a new endpoint is
 * decided about by its service. No model in force has it.
 */
public enum Admission {
    /** Left out. */
    UNDECIDED(""),
    /** Asked for, and not answered yet. */
    PENDING("pendingAcceptance"),
    /** Let in, by its service's owner or because its service asks nobody. */
    ACCEPTED("available"),
    /** Refused, or disconnected. */
    REJECTED("rejected");

    private final String endpointState;

    Admission(String endpointState) {
        this.endpointState = endpointState;
    }

    /** The configuration file's word for it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** State of an endpoint it was decided about, in the API's words (E-6); empty for {@link #UNDECIDED}. */
    public String endpointState() {
        return endpointState;
    }
}
