// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.sluice.api.core.Leases;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code lease} of a request. */
final class LeaseDuration {

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,7})(ms|s|m|h)");

    private LeaseDuration() {}

    /** Milliseconds; empty where it is no duration that a lease may have. */
    static OptionalLong parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        long unitMs = switch (matcher.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
        long durationMs = Long.parseLong(matcher.group(1)) * unitMs;
        return durationMs < Leases.DURATION_MIN_MS || durationMs > Leases.DURATION_MAX_MS
                ? OptionalLong.empty()
                : OptionalLong.of(durationMs);
    }
}
