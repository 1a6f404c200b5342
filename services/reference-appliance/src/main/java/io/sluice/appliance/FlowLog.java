// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import io.sluice.appliance.core.SeenFlow;
import io.sluice.model.id.EndpointId;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with one line per new flow and direction. At its limit it becomes {@code FILE.1}, replacing the one before, so
 * that it never takes more than twice the limit.
 *
 * <p><b>Threading</b>: one thread. <b>Errors</b>: a file that cannot be written any more is said once and left alone.
 */
final class FlowLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FlowLog.class);

    private final Path file;
    private final long bytesMax;
    private final InstantSource clock;
    private @Nullable Writer writer;
    private long bytes;

    FlowLog(Path file, long bytesMax, InstantSource clock) throws IOException {
        this.file = file;
        this.bytesMax = bytesMax;
        this.clock = clock;
        this.bytes = Files.exists(file) ? Files.size(file) : 0;
        this.writer = Files.newBufferedWriter(
                file, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Writes a line. */
    void first(SeenFlow flow, InetAddress gateway) {
        boolean reverse = flow.reversePackets() == 1 && flow.forwardPackets() > 0;
        String line = clock.instant() + " direction=" + (reverse ? "reverse" : "forward") + " endpoint="
                + new EndpointId(flow.endpointId()) + " cookie=" + flow.cookieText() + " protocol=" + flow.protocol()
                + " from=" + (reverse ? flow.destination() : flow.source()) + " to="
                + (reverse ? flow.source() : flow.destination()) + " gateway=" + gateway.getHostAddress() + "\n";
        Writer open = writer;
        if (open == null) {
            return;
        }
        try {
            if (bytes + line.length() > bytesMax) {
                open.close();
                writer = null;
                Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
                open = Files.newBufferedWriter(
                        file, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                writer = open;
                bytes = 0;
            }
            open.write(line);
            bytes += line.length();
        } catch (IOException failed) {
            giveUp(failed);
        }
    }

    /** Hands what was written to the kernel. */
    void flush() {
        Writer open = writer;
        if (open != null) {
            try {
                open.flush();
            } catch (IOException failed) {
                giveUp(failed);
            }
        }
    }

    private void giveUp(IOException failed) {
        writer = null;
        LOG.atWarn()
                .addKeyValue("event", "flow_log_failed")
                .addKeyValue("file", file)
                .setCause(failed)
                .log("the flow log cannot be written any more");
    }

    @Override
    public void close() {
        flush();
        Writer open = writer;
        writer = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failed) {
                giveUp(failed);
            }
        }
    }
}
