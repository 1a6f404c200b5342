// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.io.Serial;

/** A model that is refused as a whole: what its parts say does not go together. Says which part, and which of its keys. */
public final class InvalidModelException extends IllegalArgumentException {

    @Serial
    private static final long serialVersionUID = 1;

    private final String kind;
    private final String name;
    private final String key;

    InvalidModelException(String kind, String name, String key, String message) {
        super(message);
        this.kind = kind;
        this.name = name;
        this.key = key;
    }

    /**
     * What is wrong, in the words of plans: {@code target-group}, {@code target}, {@code load-balancer}, {@code
     * endpoint-service} or {@code endpoint}.
     */
    public String kind() {
        return kind;
    }

    /** Its name; of a target the group's name, a slash, and the target's. */
    public String name() {
        return name;
    }

    /** The key of it that is wrong, as in its fragment of a document: {@code listener.target-group}. */
    public String key() {
        return key;
    }
}
