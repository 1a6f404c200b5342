// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.wire.WireCodecs;
import io.sluice.model.wire.WireFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest configuration that a process without the role {@code control-api} has heard, in its data directory: what it
 * starts from when nobody is there to tell.
 *
 * <p><b>Threading</b>: any thread but an event loop, as it waits for the disk; one call at a time.
 */
final class LastKnownGood {

    private static final Logger LOG = LoggerFactory.getLogger(LastKnownGood.class);
    private static final String FILE = "last-known-good";

    private final SealedFile file;
    private volatile @Nullable ConfigRevision kept;

    /** @param dataDirectory an existing directory */
    LastKnownGood(Path dataDirectory) {
        this.file = new SealedFile(dataDirectory.resolve(FILE));
    }

    /** What was kept; empty where nothing was. A damaged copy is none, and said: the next word of the cluster replaces it. */
    synchronized Optional<ConfigRevision> read() {
        try {
            byte[] content = file.read();
            if (content == null) {
                return Optional.empty();
            }
            ConfigRevision revision =
                    WireCodecs.CONFIG_CHANGED.decode(ByteBuffer.wrap(content)).revision();
            kept = revision;
            return Optional.of(revision);
        } catch (IOException | WireFormatException damaged) {
            LOG.atWarn()
                    .addKeyValue("event", "last_known_good_unusable")
                    .addKeyValue("cause", damaged.getMessage())
                    .log("the configuration that was kept cannot be used: the file's counts");
            return Optional.empty();
        }
    }

    /** Whether a revision is newer than what is kept, as far as this process knows; from any thread. */
    boolean lacks(ConfigRevision heard) {
        ConfigRevision known = kept;
        return known == null || heard.supersedes(known);
    }

    /** Keeps a revision, unless what is kept counts. */
    synchronized void keep(ConfigRevision heard) throws IOException {
        if (lacks(heard)) {
            file.write(WireCodecs.CONFIG_CHANGED.encode(new ConfigChanged(heard)));
            kept = heard;
        }
    }
}
