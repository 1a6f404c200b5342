// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Names of one kind that the file declares, each once, to hold references against.
 *
 * <p>When a declaration itself is wrong, references are not judged: they would only repeat it.
 */
final class DeclaredNames<T> {

    /** Each of many wrong references says it. */
    private static final int SHOWN_MAX = 20;

    private final String kind;
    private final String where;
    private final Set<T> names = new LinkedHashSet<>();
    private boolean complete = true;

    /**
     * @param kind what has these names, for messages
     * @param where the key that declares them, for messages
     */
    DeclaredNames(String kind, String where) {
        this.kind = kind;
        this.where = where;
    }

    /**
     * Takes a name.
     *
     * @throws IllegalArgumentException where it is declared before
     */
    T declare(T name) {
        if (!names.add(name)) {
            throw new IllegalArgumentException(kind + " " + name + " is there twice: expected once");
        }
        return name;
    }

    /** A declaration could not be read. */
    void incomplete() {
        complete = false;
    }

    /**
     * Holds a reference against the names.
     *
     * @throws IllegalArgumentException where there is no such name
     */
    T refer(T name) {
        if (complete && !names.contains(name)) {
            String expected = names.isEmpty()
                    ? "one that " + where + " names"
                    : "one of "
                            + names.stream()
                                    .limit(SHOWN_MAX)
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(", "))
                            + (names.size() > SHOWN_MAX ? ", and " + (names.size() - SHOWN_MAX) + " more" : "");
            throw new IllegalArgumentException(
                    "there is no " + kind + " " + name + " in " + where + ": expected " + expected);
        }
        return name;
    }
}
