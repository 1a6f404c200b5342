// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.client;

import io.sluice.cli.CommandFailure;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A gateway by a name of one's own.
 *
 * @param name its name
 * @param url where its admin port is
 * @param token its token; null where it is in a file or there is none
 * @param tokenFile the file that has its token; null for none
 * @param caFile PEM certificates that vouch for it; null for none
 */
public record Context(
        String name,
        String url,
        @Nullable String token,
        @Nullable String tokenFile,
        @Nullable String caFile) {

    /** A gateway without a name. */
    static Context of(String url) {
        return new Context("", url, null, null, null);
    }

    /** The token to show to the gateway; null for none. */
    @Nullable
    String accessToken() throws CommandFailure {
        return token == null && tokenFile != null ? Destination.token(Path.of(tokenFile)) : token;
    }

    /** Never says the token. */
    @Override
    public String toString() {
        return name + " " + url;
    }
}
