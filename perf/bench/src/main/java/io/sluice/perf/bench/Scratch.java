// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The directory for logs and data of forwarders: it is deleted after a run that succeeded. */
final class Scratch {

    private Scratch() {}

    static Path make() throws IOException {
        Path directory = Files.createTempDirectory("sluice-bench");
        System.err.println("sluice: logs are in " + directory + " until the run has succeeded");
        return directory;
    }

    static void delete(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
