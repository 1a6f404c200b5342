// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * How far a journal was on disk when it last acknowledged something: after a power cut this much of it is there for
 * certain.
 *
 * @param file the log being written to then
 * @param bytes of it that were on disk
 * @param batches number of the last batch that was acknowledged
 */
public record SyncedLog(Path file, long bytes, long batches) {

    /**
     * What the journal of a data directory noted; its process need not live.
     *
     * @throws IOException where there is no such journal, or its note cannot be read
     */
    public static SyncedLog read(Path dataDirectory) throws IOException {
        Path directory = dataDirectory.resolve(FlowJournal.DIRECTORY);
        SyncedMark.Reading reading = SyncedMark.read(directory);
        return new SyncedLog(JournalTables.log(directory, reading.log()), reading.bytes(), reading.batch());
    }
}
