// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;

/**
 * RocksDB's native part, unpacked at each start to one name: without a place of its own each process that is killed would
 * leave another copy in the temporary directory.
 *
 * <p><b>Threading</b>: any thread; it is loaded once in a process.
 */
final class NativeLibrary {

    private static final String DIRECTORY = "native";

    private NativeLibrary() {}

    /**
     * Loads it.
     *
     * @param parent directory to unpack it in, held by this process alone
     */
    static synchronized void load(Path parent) throws StoreUnavailable {
        Path directory = parent.resolve(DIRECTORY);
        try {
            Files.createDirectories(directory);
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
            RocksDB.loadLibrary();
        } catch (IOException refused) {
            throw StoreTrouble.of(parent, refused);
        } catch (UnsatisfiedLinkError | RuntimeException unusable) {
            throw new StoreUnavailable(
                    "the store's native library cannot be loaded from " + directory + " (" + unusable.getMessage()
                            + "): expected Linux on x86-64 and a file system mounted with exec",
                    unusable);
        }
    }
}
