// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.route;

import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** Operations of the contract that this release does not have yet: this list must become empty. */
public final class NotBuiltRoute implements AdminRoute {

    /** Which. */
    public static final List<String> OPERATIONS = List.of(
            "listRevisions",
            "getRevision",
            "rollbackToRevision",
            "listTokens",
            "createToken",
            "deleteToken",
            "listAudit");

    @Override
    public void bind(Operations operations) {
        OPERATIONS.forEach(id -> operations.on(id, context -> refuse(context, "")));
    }

    /**
     * Answers that something is not there yet.
     *
     * @param field parameter that asks for it; empty where it is the operation
     */
    static void refuse(RoutingContext context, String field) {
        ProblemReply.send(
                context,
                501,
                "not-built",
                field,
                "this release does not have this yet: expected "
                        + (field.isEmpty() ? "another operation" : "the request without " + field));
    }
}
