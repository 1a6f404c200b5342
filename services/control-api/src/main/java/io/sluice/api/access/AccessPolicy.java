// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import io.sluice.api.store.TokenRole;
import java.util.Set;

/**
 * What a role may do: {@code admin} everything; {@code read-only} reads everything but tokens; {@code register:<group>}
 * reads and writes the targets of its group ({@code /v1/target-groups/<group>/targets} and below).
 *
 * <p><b>Threading</b>: pure function.
 */
final class AccessPolicy {

    private static final Set<String> READS = Set.of("GET", "HEAD", "OPTIONS");
    private static final String TOKENS = "/v1/tokens";

    private AccessPolicy() {}

    /** Whether a request changes nothing. */
    static boolean reads(String method) {
        return READS.contains(method);
    }

    /**
     * @param role of who asks
     * @param method of the request
     * @param path of the request, normalised
     */
    static boolean allows(TokenRole role, String method, String path) {
        return switch (role) {
            case TokenRole.Admin() -> true;
            case TokenRole.ReadOnly() -> reads(method) && !isBelow(path, TOKENS);
            case TokenRole.Register(var group) -> isBelow(path, "/v1/target-groups/" + group.name() + "/targets");
        };
    }

    private static boolean isBelow(String path, String parent) {
        return path.equals(parent) || path.startsWith(parent + "/");
    }
}
