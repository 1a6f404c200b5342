// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What can be wrong with a store, each in one sentence that says what to do. */
final class StoreTrouble {

    private StoreTrouble() {}

    static StoreUnavailable damaged(Path directory, String what, @Nullable Throwable cause) {
        String message =
                "the store in " + directory + " is damaged (" + what + "): nothing was changed in it. Put a copy"
                        + " of the directory back, or move it away to start from the configuration file";
        return cause == null ? new StoreUnavailable(message) : new StoreUnavailable(message, cause);
    }

    static StoreUnavailable foreign(Path directory, String what) {
        return new StoreUnavailable(
                directory + " is no store of a gateway (" + what + "): nothing was changed in it."
                        + " Expected an empty directory or one that a gateway made: give another data directory, or move it away");
    }

    static StoreUnavailable newer(Path directory, String found, String known) {
        return new StoreUnavailable("the store in " + directory + " has format " + found + ": this release reads "
                + known + ". Start the release that made it, or move the directory away");
    }

    static StoreUnavailable held(Path directory, String holder) {
        return new StoreUnavailable("the store in " + directory + " is held by " + holder
                + ": stop it, or give this process another data directory");
    }

    static StoreUnavailable full(Path directory, long freeBytes, long neededBytes) {
        return new StoreUnavailable("the disk of the store in " + directory + " is full (" + freeBytes
                + " bytes left): expected at least " + neededBytes + ". Free some space and try again");
    }

    /** What RocksDB says, in our words. */
    static StoreUnavailable of(Path directory, RocksDBException failure) {
        Status status = failure.getStatus();
        String said = String.valueOf(failure.getMessage());
        if (status == null) {
            return new StoreUnavailable("the store in " + directory + " cannot be used: " + said, failure);
        }
        if (status.getSubCode() == Status.SubCode.NoSpace || said.contains("No space left")) {
            return noSpace(directory, failure);
        }
        return switch (status.getCode()) {
            case Corruption, NotFound, InvalidArgument, NotSupported -> damaged(directory, oneLine(said), failure);
            case IOError -> ofInput(directory, oneLine(said), failure);
            default -> new StoreUnavailable("the store in " + directory + " cannot be used: " + oneLine(said), failure);
        };
    }

    /** What the file system says, in our words. */
    static StoreUnavailable of(Path directory, IOException failure) {
        String said = failure instanceof FileSystemException refused && refused.getReason() != null
                ? refused.getReason()
                : failure.getClass().getSimpleName() + " " + failure.getMessage();
        if (said.contains("No space left")) {
            return noSpace(directory, failure);
        }
        return failure instanceof AccessDeniedException
                ? unwritable(directory, said, failure)
                : ofInput(directory, said, failure);
    }

    private static StoreUnavailable ofInput(Path directory, String said, Exception failure) {
        String lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("read-only") || lower.contains("permission denied") || lower.contains("not permitted")) {
            return unwritable(directory, said, failure);
        }
        if (lower.contains("no such file") || lower.contains("truncated") || lower.contains("corrupt")) {
            return damaged(directory, said, failure);
        }
        return new StoreUnavailable("the store in " + directory + " cannot be read or written: " + said, failure);
    }

    private static StoreUnavailable unwritable(Path directory, String said, Exception failure) {
        return new StoreUnavailable(
                "the store in " + directory + " may not be written (" + said
                        + "): expected a directory that this user may write, on a file system mounted for writing",
                failure);
    }

    private static StoreUnavailable noSpace(Path directory, Exception failure) {
        return new StoreUnavailable(
                "the disk of the store in " + directory + " is full. Free some space and try again", failure);
    }

    private static String oneLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
