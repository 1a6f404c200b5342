// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import java.util.List;

/** A configuration document that cannot be used, with every problem found in it. */
public final class InvalidDocument extends Exception {

    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    /**
     * One thing that is wrong.
     *
     * @param line line number from 1; 0 where it is about the document as a whole
     * @param key the key's whole path; empty where there is none
     * @param detail what is wrong and what would be valid
     */
    public record Problem(int line, String key, String detail) {}

    /** @param problems in the order of the document, at least one */
    public InvalidDocument(List<Problem> problems) {
        super(problems.size() + " problems in the configuration document");
        this.problems = List.copyOf(problems);
    }

    /** What was found. */
    public List<Problem> problems() {
        return problems;
    }
}
