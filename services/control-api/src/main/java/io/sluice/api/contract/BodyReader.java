// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import io.sluice.api.ConfigDocuments;
import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the bodies of operations that take one: of at most {@value #BYTES_MAX} bytes, documents of at most {@value
 * ConfigDocuments#BYTES_MAX}, of which {@value #DOCUMENTS_MAX} are read at a time. What other requests send is not read.
 *
 * <p>A body is what the operation says it is, whatever the client calls it: curl calls it a form unless told otherwise.
 */
final class BodyReader {

    /** More than a target group with 300 targets or a service with 1,000 principals needs. */
    static final int BYTES_MAX = 256 << 10;

    private static final int DOCUMENTS_MAX = 2;
    private static final int TOO_LARGE = 413;
    private static final String DOCUMENT = "putConfig";
    private static final String READING = "sluice.reading-body";

    private final Contract contract;
    private final BodyHandler fragments = BodyHandler.create(false).setBodyLimit(BYTES_MAX);
    private final BodyHandler documents = BodyHandler.create(false).setBodyLimit(ConfigDocuments.BYTES_MAX);
    private final AtomicInteger documentsBeingRead = new AtomicInteger();

    BodyReader(Contract contract) {
        this.contract = contract;
    }

    void read(RoutingContext context) {
        String operation = contract.operationWithBody(context.request().method(), context.normalizedPath());
        if (operation == null) {
            context.next();
            return;
        }
        boolean document = operation.equals(DOCUMENT);
        if (document && !admitted(context)) {
            return;
        }
        context.put(READING, true);
        context.request().headers().remove(HttpHeaders.CONTENT_TYPE);
        (document ? documents : fragments).handle(context);
    }

    private boolean admitted(RoutingContext context) {
        if (documentsBeingRead.incrementAndGet() > DOCUMENTS_MAX) {
            documentsBeingRead.decrementAndGet();
            ProblemReply.send(
                    context, 503, "busy", "", DOCUMENTS_MAX + " documents are being read: try again in a moment");
            return false;
        }
        context.addEndHandler(ended -> documentsBeingRead.decrementAndGet());
        return true;
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
