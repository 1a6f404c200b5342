// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.verticle;

import io.sluice.api.ProblemCode;
import io.sluice.api.route.ProblemReply;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Lets through requests that name the node by an address or as {@code localhost}, and refuses any other name: a page of
 * a stranger's site, whose name was made to lead here, cannot ask on behalf of who reads it (RFC 9110 §7.4). Two names
 * are none (RFC 9112 §3.2).
 */
final class HostCheck {

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*]?");

    private HostCheck() {}

    /** Whatever name is said, it is said once. */
    static void checkOnce(RoutingContext context) {
        if (refusesTwo(context)) {
            return;
        }
        context.next();
    }

    private static boolean refusesTwo(RoutingContext context) {
        boolean two = context.request().headers().getAll(HttpHeaders.HOST).size() > 1;
        if (two) {
            ProblemReply.send(
                    context, 400, ProblemCode.BAD_REQUEST, "Host", "this header is there twice: expected once");
        }
        return two;
    }

    static void check(RoutingContext context) {
        if (refusesTwo(context)) {
            return;
        }
        HostAndPort host = context.request().authority();
        boolean silent = host == null && context.request().version() == HttpVersion.HTTP_1_0;
        if (silent || (host != null && names(host.host()))) {
            context.next();
            return;
        }
        ProblemReply.send(
                context,
                421,
                ProblemCode.MISDIRECTED_REQUEST,
                "Host",
                "the request is for another host: expected an address or localhost");
    }

    /** Whether the name leads to a node wherever it is said. */
    static boolean names(String host) {
        return IPV4.matcher(host).matches()
                || IPV6.matcher(host).matches()
                || host.toLowerCase(Locale.ROOT).equals("localhost");
    }
}
