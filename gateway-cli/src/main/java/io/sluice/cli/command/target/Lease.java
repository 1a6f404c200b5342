// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.target;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How long a registration lasts.
 *
 * @param text as a person writes it, {@code 30s}
 * @param duration 5 s to 1 h
 */
record Lease(String text, Duration duration) {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,7})(ms|s|m|h)");
    private static final Duration MIN = Duration.ofSeconds(5);
    private static final Duration MAX = Duration.ofHours(1);

    static Lease parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                default -> Duration.ofHours(number);
            };
            if (duration.compareTo(MIN) >= 0 && duration.compareTo(MAX) <= 0) {
                return new Lease(text, duration);
            }
        }
        throw new TypeConversionException("'" + text + "': expected a duration from 5s to 1h, written like 30s or 5m");
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<Lease> {

        @Override
        public Lease convert(String text) {
            return parse(text);
        }
    }
}
