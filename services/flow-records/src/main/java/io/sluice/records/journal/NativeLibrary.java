// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * RocksDB's native part, unpacked to the one place where the configuration store has it too.
 *
 * <p><b>Threading</b>: any thread; it is loaded once in a process, by whoever needs it first.
 */
final class NativeLibrary {

    private static final String DIRECTORY = "native";

    private NativeLibrary() {}

    static synchronized void load(Path dataDirectory) throws JournalUnavailableException {
        Path directory = dataDirectory.resolve(DIRECTORY);
        try {
            Files.createDirectories(directory);
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
            RocksDB.loadLibrary();
        } catch (IOException refused) {
            throw JournalTrouble.of(dataDirectory, refused);
        } catch (UnsatisfiedLinkError | RuntimeException unusable) {
            throw new JournalUnavailableException(
                    "the journal's native library cannot be loaded from " + directory + " (" + unusable.getMessage()
                            + "): expected Linux on x86-64 and a file system mounted with exec",
                    unusable);
        }
    }
}
