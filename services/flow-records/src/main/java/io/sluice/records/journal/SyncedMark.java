// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A small file that says how much was acknowledged, so that a journal which has lost some of it is noticed: RocksDB by
 * itself takes a log that ends early, or whose middle is damaged, for one that was never longer.
 *
 * <p>Written after each sync and not synced itself: after a power cut it may be behind, never ahead.
 *
 * <p><b>Layout</b>: two slots of {@value #SLOT_BYTES} bytes, written in turn and in place: magic (4), number of the
 * batch (8), number of the log (8), bytes of the log (8), CRC-32C of these (4). <b>Threading</b>: confined to its
 * owner.
 */
final class SyncedMark implements Closeable {

    /** Name in the journal's directory; RocksDB leaves alone what is not named like its own. */
    static final String FILE = "SYNCED";

    private static final int MAGIC = 0x534c_464a;
    private static final int FIELD_BYTES = Integer.BYTES + 3 * Long.BYTES;
    private static final int SLOT_BYTES = FIELD_BYTES + Integer.BYTES;
    private static final int SLOTS = 2;

    /** What the file says. */
    record Reading(long batch, long log, long bytes) {}

    private final FileChannel channel;
    private int slot;

    private SyncedMark(FileChannel channel) {
        this.channel = channel;
    }

    /** Opens the file, which is made where there is none. */
    static SyncedMark open(Path directory) throws IOException {
        return new SyncedMark(
                FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    }

    void write(Reading synced) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES)
                .putInt(MAGIC)
                .putLong(synced.batch())
                .putLong(synced.log())
                .putLong(synced.bytes());
        bytes.putInt(checksum(bytes)).flip();
        slot = (slot + 1) % SLOTS;
        long position = (long) slot * SLOT_BYTES;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    /**
     * Reads the file.
     *
     * @throws IOException where there is none, or no slot of it can be read
     */
    static Reading read(Path directory) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SLOTS * SLOT_BYTES);
        try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // reads on
            }
        }
        Reading newest = null;
        for (int each = 0; each < SLOTS; each++) {
            ByteBuffer one = bytes.slice(each * SLOT_BYTES, SLOT_BYTES);
            if (one.getInt(FIELD_BYTES) == checksum(one) && one.getInt() == MAGIC) {
                Reading reading = new Reading(one.getLong(), one.getLong(), one.getLong());
                newest = newest == null || newest.batch() < reading.batch() ? reading : newest;
            }
        }
        if (newest == null) {
            throw new IOException("the file " + FILE + " cannot be read");
        }
        return newest;
    }

    private static int checksum(ByteBuffer slot) {
        CRC32C checksum = new CRC32C();
        checksum.update(slot.slice(0, FIELD_BYTES));
        return (int) checksum.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
