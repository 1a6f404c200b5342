// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

/** A place where records are kept beside the memory that decides about them. Each is behind by itself and fails by itself. */
public enum CopyPlace {

    /**
     * With the other members: a record that is there is acknowledged (P1). Who owns its partition next finds it there, and
     * owes it nothing.
     */
    CLUSTER("cluster"),

    /** On this node's disk (P3). What comes from the cluster is owed to it too; what is another's now is not. */
    JOURNAL("journal");

    private final String text;

    CopyPlace(String text) {
        this.text = text;
    }

    /** Its name in metrics. */
    public String text() {
        return text;
    }
}
