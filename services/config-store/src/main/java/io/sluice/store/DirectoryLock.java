// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import io.sluice.api.store.StoreUnavailable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Keeps a store to one process: a file beside its directory, locked for as long as the process lives, with its number. */
final class DirectoryLock implements AutoCloseable {

    private static final int PID_BYTES_MAX = 32;

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param directory of the store, which need not exist
     * @throws StoreUnavailable where another process has it, or the file cannot be written
     */
    static DirectoryLock take(Path directory) throws StoreUnavailable {
        Path file = directory.resolveSibling(directory.getFileName() + ".lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                throw StoreTrouble.held(directory, holder(channel));
            }
            channel.truncate(0);
            channel.write(
                    StandardCharsets.US_ASCII.encode(
                            Long.toString(ProcessHandle.current().pid())),
                    0);
            DirectoryLock taken = new DirectoryLock(channel);
            channel = null;
            return taken;
        } catch (IOException refused) {
            throw StoreTrouble.of(directory, refused);
        } finally {
            closeIfAny(channel);
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException here) {
            return null;
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(PID_BYTES_MAX);
        channel.read(bytes, 0);
        return "process " + StandardCharsets.US_ASCII.decode(bytes.flip());
    }

    private static void closeIfAny(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException unlikely) {
                throw new IllegalStateException(unlikely);
            }
        }
    }

    @Override
    public void close() {
        closeIfAny(channel);
    }
}
