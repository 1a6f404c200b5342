// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads single values. <b>Errors</b>: {@link IllegalArgumentException}, which says what was found and what would be valid.
 */
final class YamlValues {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private YamlValues() {}

    /** A whole number. */
    static int integer(String text, int min, int max) {
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException noNumber) {
            // said below, in the same words as out of range
        }
        throw new IllegalArgumentException("'" + text + "': expected a whole number from " + min + " to " + max);
    }

    /** A time in milliseconds. */
    static long durationMs(String text, long minMs, long maxMs) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long unitMs = switch (matcher.group(2)) {
                case "ms" -> 1;
                case "s" -> 1_000;
                case "m" -> 60_000;
                default -> 3_600_000;
            };
            long value = Long.parseLong(matcher.group(1)) * unitMs;
            if (value >= minMs && value <= maxMs) {
                return value;
            }
        }
        throw new IllegalArgumentException("'" + text + "': expected a duration from " + durationText(minMs) + " to "
                + durationText(maxMs) + ", written like 350s, 5m or 300ms");
    }

    private static String durationText(long ms) {
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }

    /** One of some words; others, which are documented, are refused as not available yet. */
    static <T> T choice(String text, Map<String, T> choices, String... notYet) {
        T chosen = choices.get(text);
        if (chosen != null) {
            return chosen;
        }
        String expected = (choices.size() == 1 ? ": expected " : ": expected one of ")
                + String.join(", ", new TreeSet<>(choices.keySet()));
        throw new IllegalArgumentException(
                Arrays.asList(notYet).contains(text)
                        ? "'" + text + "' is not available yet in this release" + expected
                        : "'" + text + "'" + expected);
    }
}
