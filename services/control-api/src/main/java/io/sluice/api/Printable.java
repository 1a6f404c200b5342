// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import java.util.regex.Pattern;

/**
 * Text of a client, as an answer or a log may show it: what would move a terminal's cursor, turn the direction of writing or
 * break a line is a question mark. Stateless.
 */
public final class Printable {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private Printable() {}

    /** The text in one line. */
    public static String of(String text) {
        return UNPRINTABLE.matcher(text).replaceAll("?");
    }
}
