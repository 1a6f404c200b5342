// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.ConfigDocuments;
import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of operations that take one: of at most {@value #BYTES_MAX} bytes, documents of at most {@value
 * ConfigDocuments#BYTES_MAX}, and of all that are there at once no more than {@value #ALL_BYTES_MAX} and {@value
 * #ALL_DOCUMENT_BYTES_MAX}; of one client's no more than {@value #CLIENT_BYTES_MAX} and one document. What other requests send
 * is not read.
 *
 * <p>Bodies of at most {@value #SMALL_BYTES_MAX} bytes, as a target's that renews its lease, have room of their own: no client
 * that sends much keeps them waiting.
 *
 * <p>A body is what the operation says it is, whatever the client calls it: curl calls it a form unless told otherwise.
 */
final class BodyReader {

    /** More than a target group with 300 targets or a service with 1,000 principals needs. */
    static final int BYTES_MAX = 256 << 10;

    /** Of all bodies but documents and small ones. */
    static final long ALL_BYTES_MAX = 8L << 20;

    /** Of one client's. */
    static final long CLIENT_BYTES_MAX = ALL_BYTES_MAX / 4;

    /** What is a small body. */
    static final int SMALL_BYTES_MAX = 4 << 10;

    /** Of all small bodies: one for each of twice the connections that a port has. */
    static final long ALL_SMALL_BYTES_MAX = 512L * SMALL_BYTES_MAX;

    /** Of one client's. */
    static final long CLIENT_SMALL_BYTES_MAX = ALL_SMALL_BYTES_MAX / 2;

    /** Two: one is read from its client while another one is looked through. */
    static final long ALL_DOCUMENT_BYTES_MAX = 2L * ConfigDocuments.BYTES_MAX;

    private static final int TOO_LARGE = 413;
    private static final String DOCUMENT = "putConfig";
    private static final String READING = "sluice.reading-body";

    private final Contract contract;
    private final BodyHandler fragments = BodyHandler.create(false).setBodyLimit(BYTES_MAX);
    private final BodyHandler documents = BodyHandler.create(false).setBodyLimit(ConfigDocuments.BYTES_MAX);
    private final BodyBudget smallBytes;
    private final BodyBudget fragmentBytes;
    private final BodyBudget documentBytes;

    /**
     * @param contract says which operations have a body
     * @param arriveMs how long a body may take to arrive
     * @param timers the clock for that
     */
    BodyReader(Contract contract, long arriveMs, BodyBudget.Timers timers) {
        this.contract = contract;
        this.smallBytes = new BodyBudget(ALL_SMALL_BYTES_MAX, CLIENT_SMALL_BYTES_MAX, arriveMs, timers);
        this.fragmentBytes = new BodyBudget(ALL_BYTES_MAX, CLIENT_BYTES_MAX, arriveMs, timers);
        this.documentBytes = new BodyBudget(ALL_DOCUMENT_BYTES_MAX, ConfigDocuments.BYTES_MAX, arriveMs, timers);
    }

    void read(RoutingContext context) {
        String operation = contract.operationWithBody(context.request().method(), context.normalizedPath());
        if (operation == null) {
            context.next();
        } else if (operation.equals(DOCUMENT)) {
            long bytes = length(context, ConfigDocuments.BYTES_MAX);
            RequestBody.read(context, bytes, documentBytes, () -> read(context, documents));
        } else {
            long bytes = length(context, BYTES_MAX);
            BodyBudget budget = bytes <= SMALL_BYTES_MAX ? smallBytes : fragmentBytes;
            RequestBody.read(context, bytes, budget, () -> read(context, fragments));
        }
    }

    /** Bytes that are going to be read: the most there may be where that is not said, none where it is too many. */
    private static long length(RoutingContext context, long max) {
        @Nullable String said = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (said == null) {
            // without either there is no body (RFC 9112, section 6.3)
            return context.request().headers().contains(HttpHeaders.TRANSFER_ENCODING) ? max : 0;
        }
        try {
            long length = Long.parseLong(said);
            return length > max ? 0 : length;
        } catch (NumberFormatException none) {
            return max;
        }
    }

    private static void read(RoutingContext context, BodyHandler handler) {
        context.put(READING, true);
        context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
        handler.handle(context);
    }

    /** A body that could not be read to its end must not be answered as if it had been. */
    static void unreadable(RoutingContext context) {
        boolean reading = context.get(READING) != null;
        if (!reading || context.request().isEnded() || context.statusCode() == TOO_LARGE) {
            context.next();
        } else {
            ProblemReply.send(context, 400, ProblemCode.BAD_REQUEST, "", "the request's body is not well-formed");
        }
    }
}
