// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

import java.util.regex.Pattern;

/** The rule for names that AWS and we share: 1-32 letters, digits and hyphens, no hyphen at either end (sheet 7.2). */
public final class Names {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?");

    private Names() {}

    /**
     * Checks a name.
     *
     * @param kind what it names, in a word or two
     * @param name text that is to be one
     * @throws IllegalArgumentException saying what would be valid
     */
    public static void require(String kind, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no " + kind
                    + " name: expected 1 to 32 letters, digits or hyphens, without a hyphen at either end");
        }
    }
}
