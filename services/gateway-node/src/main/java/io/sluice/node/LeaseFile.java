// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.api.LeaseStore;
import io.sluice.api.core.Leases;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.node.file.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Leases in the data directory: a line for each, {@code <target-group> <target> <milliseconds>}. Written beside and moved
 * into place, so that the file is always whole.
 */
final class LeaseFile implements LeaseStore {

    private static final String FILE = "leases";
    private static final int WORDS = 3;

    private final Path file;

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
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            String[] words = line.split(" ", -1);
            try {
                if (words.length != WORDS) {
                    throw new IllegalArgumentException(words.length + " words: expected " + WORDS);
                }
                long durationMs = Long.parseLong(words[2]);
                if (durationMs < Leases.DURATION_MIN_MS || durationMs > Leases.DURATION_MAX_MS) {
                    throw new IllegalArgumentException(
                            durationMs + " ms: expected " + Leases.DURATION_MIN_MS + " to " + Leases.DURATION_MAX_MS);
                }
                leases.put(new Leases.Holder(new TargetGroupId(words[0]), new TargetId(words[1])), durationMs);
            } catch (IllegalArgumentException wrong) {
                throw new IOException(file + ": '" + line + "' is no lease: " + wrong.getMessage(), wrong);
            }
        }
        return leases;
    }

    @Override
    public void write(Map<Leases.Holder, Long> durationsMs) throws IOException {
        StringBuilder text = new StringBuilder();
        durationsMs.forEach((holder, durationMs) -> text.append(holder.group().name())
                .append(' ')
                .append(holder.target().value())
                .append(' ')
                .append(durationMs)
                .append('\n'));
        WholeFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
