// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.datagram.DatagramPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Datagrams that the kernel dropped because a socket's receive buffer was full, before any program saw them: the last
 * column of {@code /proc/net/udp}.
 *
 * <p>They are not in the balance of packets in and out. <b>Threading</b>: any thread; reads a file of the kernel's, so by
 * scrapers only.
 */
final class ReceiveQueueDrops {

    private static final int LOCAL_ADDRESS_COLUMN = 1;
    private static final int COLUMNS_MIN = 13;

    private final Path table;

    /** Reads the kernel's own table. */
    ReceiveQueueDrops() {
        this(Path.of("/proc/net/udp"));
    }

    ReceiveQueueDrops(Path table) {
        this.table = table;
    }

    /** Drops of these sockets since they were bound; 0 where the kernel has no such table. */
    long of(Stream<DatagramPort> ports) {
        List<String> sockets = ports.map(ReceiveQueueDrops::localAddress).toList();
        try (Stream<String> lines = Files.lines(table, StandardCharsets.US_ASCII)) {
            return lines.map(line -> line.strip().split("\\s+"))
                    .filter(columns -> columns.length >= COLUMNS_MIN && sockets.contains(columns[LOCAL_ADDRESS_COLUMN]))
                    .mapToLong(columns -> Long.parseLong(columns[columns.length - 1]))
                    .sum();
        } catch (NoSuchFileException noLinux) {
            return 0;
        } catch (IOException failed) {
            throw new UncheckedIOException(table + " cannot be read", failed);
        }
    }

    /** As the kernel prints it: the address as a little-endian number, colon, the port, in upper-case hex. */
    private static String localAddress(DatagramPort port) {
        return "%08X:%04X".formatted(Integer.reverseBytes(port.localAddress()), port.localPort());
    }
}
