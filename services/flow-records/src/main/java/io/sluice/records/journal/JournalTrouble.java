// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What can be wrong with a journal, each in one sentence that says what to do. */
final class JournalTrouble {

    private JournalTrouble() {}

    static JournalUnavailableException foreign(Path directory) {
        return new JournalUnavailableException(directory
                + " is no journal of flow records: nothing was changed in it. Expected an empty directory or one that"
                + " a gateway made: move it away, or give another data directory");
    }

    static JournalUnavailableException ofAnotherSecret(Path directory) {
        return new JournalUnavailableException("the journal in " + directory
                + " belongs to another master secret: nothing was changed in it. Give the secret it was made with, or"
                + " move the directory away");
    }

    static JournalUnavailableException newer(Path directory, String found, int known) {
        return new JournalUnavailableException(
                "the journal in " + directory + " says '" + found + "': this release reads format " + known
                        + ". Start the release that made it, or move the directory away");
    }

    static JournalUnavailableException of(Path directory, RocksDBException failure) {
        String said = oneLine(failure);
        Status status = failure.getStatus();
        if (said.contains("lock")) {
            return new JournalUnavailableException(
                    "the journal in " + directory
                            + " is held by another process: stop it, or give another data directory",
                    failure);
        }
        if (status != null && status.getCode() == Status.Code.Corruption) {
            return new JournalUnavailableException(
                    "the journal in " + directory + " is damaged (" + said + "). Move the directory away", failure);
        }
        return new JournalUnavailableException("the journal in " + directory + " cannot be used: " + said, failure);
    }

    static JournalUnavailableException of(Path directory, IOException failure) {
        String said = failure instanceof FileSystemException refused && refused.getReason() != null
                ? refused.getReason()
                : failure.getClass().getSimpleName() + " " + failure.getMessage();
        return new JournalUnavailableException("the journal in " + directory + " cannot be used: " + said, failure);
    }

    static String oneLine(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
