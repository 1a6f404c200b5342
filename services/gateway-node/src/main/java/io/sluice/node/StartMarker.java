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

    /** Whether a node has run from the directory before. */
    static boolean isThere(Path dataDirectory) {
        return Files.exists(dataDirectory.resolve(FILE));
    }

    /**
     * Leaves the file: a node runs from the directory.
     *
     * @throws IOException where the directory cannot be written to
     */
    static void leave(Path dataDirectory) throws IOException {
        try {
            Files.createFile(dataDirectory.resolve(FILE));
        } catch (FileAlreadyExistsException before) {
            // of an earlier run
        }
    }
}
