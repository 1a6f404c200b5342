// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file in the data directory that says that a node has run from it: flows of that run may still be alive, so that the
 * absence of a record proves nothing for one idle timeout (architecture, section 5, miss 3).
 */
final class StartMarker {

    private static final String FILE = "started";

    private StartMarker() {}

    /**
     * Leaves the file, and answers whether it was there already.
     *
     * @throws IOException where the directory cannot be written to
     */
    static boolean wasThere(Path dataDirectory) throws IOException {
        try {
            Files.createFile(dataDirectory.resolve(FILE));
            return false;
        } catch (FileAlreadyExistsException before) {
            return true;
        }
    }
}
