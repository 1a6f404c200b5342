// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.LeaseStore;
import io.sluice.api.core.Leases;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.node.file.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Leases in the data directory: a line for each, {@code <target-group> <target> <milliseconds>}; of several lines of a
 * target the last counts, and {@value #NONE} milliseconds are no lease.
 *
 * <p>The first time, and where there are many more lines than leases, the whole file is written beside and moved into place;
 * else lines are added, so that one lease costs the same however many there are. A last line that a power cut has cut off
 * was never told to be written.
 *
 * <p><b>Threading</b>: any thread, one at a time; waits for the disk.
 */
final class LeaseFile implements LeaseStore {

    private static final String FILE = "leases";
    private static final int WORDS = 3;
    private static final long NONE = 0;

    /** Lines beyond twice the leases, before all is written anew. */
    private static final int LINES_BEYOND = 1_000;

    private final Path file;
    private long lines;
    private boolean whole;

    /** @param dataDirectory an existing directory */
    LeaseFile(Path dataDirectory) {
        this.file = dataDirectory.resolve(FILE);
    }

    @Override
    public Map<Leases.Holder, Long> read() throws IOException {
        Map<Leases.Holder, Long> leases = new LinkedHashMap<>();
        if (!Files.exists(file)) {
            return leases;
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
            read(line, leases);
        }
        return leases;
    }

    private void read(String line, Map<Leases.Holder, Long> leases) throws IOException {
        String[] words = line.split(" ", -1);
        try {
            if (words.length != WORDS) {
                throw new IllegalArgumentException(words.length + " words: expected " + WORDS);
            }
            Leases.Holder holder = new Leases.Holder(new TargetGroupId(words[0]), new TargetId(words[1]));
            long durationMs = Long.parseLong(words[2]);
            if (durationMs == NONE) {
                leases.remove(holder);
            } else if (durationMs < Leases.DURATION_MIN_MS || durationMs > Leases.DURATION_MAX_MS) {
                throw new IllegalArgumentException(
                        durationMs + " ms: expected " + Leases.DURATION_MIN_MS + " to " + Leases.DURATION_MAX_MS);
            } else {
                leases.put(holder, durationMs);
            }
        } catch (IllegalArgumentException wrong) {
            throw new IOException(file + ": '" + line + "' is no lease: " + wrong.getMessage(), wrong);
        }
    }

    @Override
    public void write(Map<Leases.Holder, Long> durationsMs, Set<Leases.Holder> changed) throws IOException {
        boolean added = whole && lines + changed.size() <= 2L * durationsMs.size() + LINES_BEYOND;
        whole = false; // what fails may have been written in part
        if (added) {
            StringBuilder text = new StringBuilder();
            changed.forEach(holder -> line(text, holder, durationsMs.getOrDefault(holder, NONE)));
            add(text);
            lines += changed.size();
        } else {
            StringBuilder text = new StringBuilder();
            durationsMs.forEach((holder, durationMs) -> line(text, holder, durationMs));
            WholeFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
            lines = durationsMs.size();
        }
        whole = true;
    }

    private void add(StringBuilder text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
    }

    private static void line(StringBuilder text, Leases.Holder holder, long durationMs) {
        text.append(holder.group().name())
                .append(' ')
                .append(holder.target().value())
                .append(' ')
                .append(durationMs)
                .append('\n');
    }
}
