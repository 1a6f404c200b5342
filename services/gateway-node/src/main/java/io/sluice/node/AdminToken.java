// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.access.TokenBook;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.TokenRole;
import io.sluice.node.config.NodeConfig;
import io.sluice.node.file.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An admin token where nobody could make one: on a node whose admin port others reach, and on any that has tokens of
 * which no admin's counts any more. Written to {@value #FILE} in the data directory, readable by its owner only. The file
 * is there before the token counts.
 */
final class AdminToken {

    /** Name of the file. */
    static final String FILE = "admin.token";

    private static final Logger LOG = LoggerFactory.getLogger(AdminToken.class);
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private AdminToken() {}

    static void provide(TokenBook tokens, NodeConfig config, @Nullable Path dataDirectory)
            throws StoreUnavailable, IOException {
        if (dataDirectory == null) {
            throw new IOException(
                    "admin.listen: " + config.admin() + " is no loopback address, so that a token is needed,"
                            + " and there is no place for it: expected --data-dir, or a loopback address");
        }
        if (tokens.hasAdmin()) {
            return; // who has it can make others
        }
        String secret = tokens.newSecret();
        Path file = dataDirectory.resolve(FILE);
        WholeFile.write(
                file,
                (secret + "\n").getBytes(StandardCharsets.US_ASCII),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        String name = freeName(tokens);
        if (tokens.issue(name, TokenRole.ADMIN, 0, ChangeOrigin.nodeName(config.id()), secret)
                instanceof TokenBook.Refused refused) {
            throw new IOException("no admin token could be made: " + refused.detail());
        }
        LOG.atInfo()
                .addKeyValue("event", "admin_token_made")
                .addKeyValue("name", name)
                .log("the admin port needs a token: {} has one", file);
    }

    /** One that has ended may have the name already. */
    private static String freeName(TokenBook tokens) {
        String name = "admin";
        for (int n = 2; isTaken(tokens, name); n++) {
            name = "admin-" + n;
        }
        return name;
    }

    private static boolean isTaken(TokenBook tokens, String name) {
        return tokens.list().stream().anyMatch(token -> token.name().equals(name));
    }
}
