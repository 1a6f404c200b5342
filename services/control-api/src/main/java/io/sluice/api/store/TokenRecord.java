// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.id.Names;
import java.util.regex.Pattern;

/**
 * A token as it is kept: never the token itself.
 *
 * <p><b>Units</b>: milliseconds since 1970.
 *
 * @param name 1-64 letters, digits, {@code .}, {@code _}, {@code -}: what earlier versions let it be, and keep still. A new one
 *     has a {@linkplain #requireName narrower} one
 * @param role what its bearer may do
 * @param digest SHA-256 of the token, in hexadecimal
 * @param createdMs when it was made
 * @param lastUsedMs when it was used last, to the hour; 0 for never
 * @param expiresMs from when on it counts no more; 0 for never
 */
public record TokenRecord(String name, TokenRole role, String digest, long createdMs, long lastUsedMs, long expiresMs) {

    private static final Pattern KEPT_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Checks the name. */
    public TokenRecord {
        if (!KEPT_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a token: expected 1-64 letters, digits, '.', '_', '-'");
        }
    }

    /**
     * Checks the name of a token that is to be made: a name as all others, so that it is a piece of a path.
     *
     * @throws IllegalArgumentException saying what would be valid
     */
    public static void requireName(String name) {
        Names.require("token", name);
    }

    /** The same under another name. */
    public TokenRecord named(String other) {
        return new TokenRecord(other, role, digest, createdMs, lastUsedMs, expiresMs);
    }

    /** Whether it still counts. */
    public boolean isValid(long nowMs) {
        return expiresMs == 0 || nowMs < expiresMs;
    }

    /** Whether its bearer may do everything. */
    public boolean isAdmin() {
        return role.equals(TokenRole.ADMIN);
    }

    /** The same, used at a time. */
    public TokenRecord usedAt(long timeMs) {
        return new TokenRecord(name, role, digest, createdMs, timeMs, expiresMs);
    }
}
