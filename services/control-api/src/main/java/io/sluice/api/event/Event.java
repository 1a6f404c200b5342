// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.event;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * One thing that happened, as a line for everybody who listens, and what filters look at: empty where it has none.
 *
 * @param kind what sort of thing
 * @param endpoint the endpoint it happened at
 * @param targetGroup the target group
 * @param target the target's id
 * @param reason why: of a drop its reason, of a flow why it ended, of a target the reason of its health
 * @param line JSON and a line feed; shared by all listeners and never changed
 */
public record Event(Kind kind, String endpoint, String targetGroup, String target, String reason, Buffer line) {

    /** What sort of thing. */
    public enum Kind {
        /** A flow was opened, adopted, moved or closed. */
        FLOW,
        /** Packets were dropped. */
        DROP,
        /** A target's health changed. */
        HEALTH,
        /** The configuration has another revision. */
        REVISION,
        /** Events are missing here. */
        LOST,
        /** Nothing happened for a while. */
        ALIVE;

        /** Lower-case text as the admin routes print it. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** An event; {@code at} and {@code kind} come first in its line. */
    static Event of(
            Kind kind,
            long atMs,
            String endpoint,
            String targetGroup,
            String target,
            String reason,
            JsonObject fields) {
        return new Event(kind, endpoint, targetGroup, target, reason, line(kind, atMs, fields));
    }

    /** Events are missing. */
    static Event lost(long atMs, long events) {
        return of(Kind.LOST, atMs, "", "", "", "", new JsonObject().put("events", events));
    }

    /** Nothing happened for a while. */
    public static Event alive(long atMs) {
        return of(Kind.ALIVE, atMs, "", "", "", "", new JsonObject());
    }

    private static Buffer line(Kind kind, long atMs, JsonObject fields) {
        JsonObject line = new JsonObject()
                .put("at", Instant.ofEpochMilli(atMs).toString())
                .put("kind", kind.text());
        return line.mergeIn(fields).toBuffer().appendByte((byte) '\n');
    }
}
