// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.ConfigChange;
import io.sluice.api.store.AuditEntry;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log line for each change: who, what, and the revision; the first {@value #CHANGES_SHOWN} changes of many. */
public final class AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int CHANGES_SHOWN = 10;

    private AuditLog() {}

    /** Says what has been kept. */
    public static void say(AuditEntry entry) {
        LOG.atInfo()
                .addKeyValue("event", "changed")
                .addKeyValue("who", entry.origin().who())
                .addKeyValue("act", entry.origin().act())
                .addKeyValue("subject", entry.subject())
                .addKeyValue("revision", entry.revision())
                .addKeyValue("changes", entry.changeCount())
                .log(
                        "{}",
                        entry.changes().stream()
                                .limit(CHANGES_SHOWN)
                                .map(AuditLog::text)
                                .collect(Collectors.joining("; ")));
    }

    private static String text(ConfigChange change) {
        String what = change.action().text() + " " + change.kind() + " " + change.id();
        return change.field().isEmpty()
                ? what
                : what + " " + change.field() + " from " + change.from() + " to " + change.to();
    }
}
