// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a browser asks on behalf of another site's page: such a page need not be able to read the answer to do harm
 * at a port that asks for no token. A browser says so in {@code Sec-Fetch-Site} where it has that (Fetch Metadata), else
 * in {@code Origin} (RFC 6454 §7); who is no browser says neither. A link that leads here is followed.
 */
final class OriginCheck {

    private static final Set<String> OUR_SITES = Set.of("same-origin", "none");
    private static final String SITE = "Sec-Fetch-Site";
    private static final String DESTINATION = "Sec-Fetch-Dest";

    private OriginCheck() {}

    static void check(RoutingContext context) {
        if (isOurs(context.request()) || isLink(context.request())) {
            context.next();
            return;
        }
        ProblemReply.send(
                context,
                403,
                ProblemCode.FOREIGN_ORIGIN,
                "Origin",
                "a page of another site may not ask here: expected this port's own page, or a client that is no browser");
    }

    private static boolean isOurs(HttpServerRequest request) {
        @Nullable String site = request.getHeader(SITE);
        if (site != null) {
            return OUR_SITES.contains(site);
        }
        @Nullable String origin = request.getHeader(HttpHeaders.ORIGIN);
        @Nullable String host = request.getHeader(HttpHeaders.HOST);
        return origin == null || (host != null && isOf(host, origin));
    }

    /** Whatever the scheme: who ends TLS in front of the port does not tell it. */
    private static boolean isOf(String host, String origin) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }

    private static boolean isLink(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) && "document".equals(request.getHeader(DESTINATION));
    }
}
