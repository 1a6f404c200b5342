// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a run leaves what it found: JSON and a page of one name in {@code perf/results}; the page is printed, too. */
final class ResultFiles {

    private ResultFiles() {}

    /**
     * Writes both and says where they are.
     *
     * @param root of the repository
     * @param name of both files, without their ends
     */
    static void write(Path root, String name, JsonObject result, String page) throws IOException {
        Path directory = Files.createDirectories(root.resolve("perf/results"));
        Files.writeString(directory.resolve(name + ".json"), result.encodePrettily() + "\n");
        Files.writeString(directory.resolve(name + ".md"), page);
        System.out.print(page);
        System.err.println("sluice: results are in perf/results/" + name + ".json and .md");
    }
}
