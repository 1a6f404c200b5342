// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How large a buffer a socket may have that asks as anybody does: a forwarder with a larger one loses later. */
final class SocketLimits {

    private static final Path DIRECTORY = Path.of("/proc/sys/net/core");

    private SocketLimits() {}

    /** The limit of that name, bytes; -1 where the run's namespace does not show it. */
    static long bytes(String name) {
        Path file = DIRECTORY.resolve(name);
        if (!Files.isReadable(file)) {
            return -1;
        }
        // the kernel gives the whole number to the first read only, and Files.readString reads one byte first
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            return Long.parseLong(reader.readLine().strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
