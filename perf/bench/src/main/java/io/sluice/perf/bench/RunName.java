// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** What the files of a run are called: when it began, of which commit. */
final class RunName {

    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int COMMIT_DIGITS = 12;

    private RunName() {}

    /**
     * The name.
     *
     * @param begun when
     * @param host has the commit
     */
    static String of(Instant begun, JsonObject host) {
        String commit = host.getString("commit");
        return STAMP.format(begun) + "-" + commit.substring(0, Math.min(COMMIT_DIGITS, commit.length()));
    }
}
