// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.output;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Text that came over the network, as a terminal may see it: what would move its cursor, turn the direction of writing or
 * break a line is a question mark. C1 controls count too: in UTF-8 some terminals obey them (ECMA-48 §5.3).
 */
public final class Printable {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
    private static final Pattern UNPRINTABLE_IN_LINES = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n]]");

    private Printable() {}

    /** The text in one line. */
    public static String of(String text) {
        return UNPRINTABLE.matcher(text).replaceAll("?");
    }

    /** The same JSON with those characters escaped, in whatever string they are: nothing is lost. */
    public static String json(String text) {
        return UNPRINTABLE_IN_LINES.matcher(text).replaceAll(Printable::escaped);
    }

    /** Beyond the first plane it is a pair of escapes (RFC 8259 §7). */
    private static String escaped(MatchResult found) {
        StringBuilder escapes = new StringBuilder();
        for (char unit : found.group().toCharArray()) {
            escapes.append("\\\\u%04x".formatted((int) unit));
        }
        return escapes.toString();
    }

    /** The text with its line feeds. */
    public static String lines(String text) {
        return UNPRINTABLE_IN_LINES.matcher(text).replaceAll("?");
    }
}
