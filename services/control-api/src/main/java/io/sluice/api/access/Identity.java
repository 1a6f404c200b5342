// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import io.sluice.api.store.TokenRole;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param who a token's name, or {@code anonymous@<address>} where none was needed
 * @param role what they may do
 */
public record Identity(String who, TokenRole role) {

    private static final String KEY = Identity.class.getName();

    /** Somebody who needed no token. */
    public static Identity anonymous(RoutingContext context) {
        return new Identity("anonymous@" + address(context), TokenRole.ADMIN);
    }

    /** The identity {@code AccessCheck} found for a request; on a port without that check everybody is anonymous. */
    public static Identity of(RoutingContext context) {
        @Nullable Identity found = context.get(KEY);
        return found == null ? anonymous(context) : found;
    }

    /** Notes it for what comes later in the request. */
    public void note(RoutingContext context) {
        context.put(KEY, this);
    }

    /** The numeric address a request comes from. */
    public static String address(RoutingContext context) {
        SocketAddress remote = context.request().remoteAddress();
        String address = remote == null ? null : remote.hostAddress();
        return address == null ? "unknown" : address;
    }
}
