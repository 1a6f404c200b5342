// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A small file that says how many commits were acknowledged, so that a store that has lost some is noticed: RocksDB by
 * itself takes a log that was cut short for one that was never longer.
 *
 * <p><b>Layout</b>: two slots of {@value #SLOT_BYTES} bytes, written in turn and in place: magic (4), number (8), CRC-32C of
 * both (4). A write that is torn leaves the other slot. <b>Threading</b>: confined to its owner.
 */
final class CommitMark implements Closeable {

    /** Name in the store's directory; RocksDB leaves alone what is not named like its own. */
    static final String FILE = "ACKNOWLEDGED";

    private static final int MAGIC = 0x534c_434b;
    private static final int SLOT_BYTES = 16;
    private static final int SLOTS = 2;

    /**
     * What the file says.
     *
     * @param number the last commit that is known to be acknowledged
     * @param certain whether both slots can be read: else one more may be
     */
    record Reading(long number, boolean certain) {}

    private final FileChannel channel;

    /** @param channel of the file, to write to */
    CommitMark(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the file, on disk, saying number 0. */
    static void create(Path directory) throws IOException {
        try (FileChannel channel =
                FileChannel.open(directory.resolve(FILE), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int slot = 0; slot < SLOTS; slot++) {
                put(channel, slot, 0);
            }
            channel.force(true);
        }
    }

    static CommitMark open(Path directory) throws IOException {
        return new CommitMark(FileChannel.open(directory.resolve(FILE), StandardOpenOption.WRITE));
    }

    /**
     * Writes the number of a commit that is about to be acknowledged, to the disk. Where that fails, the commit is none: the
     * number is taken back, since who opens the store next reads what the disk never got.
     */
    void write(long number) throws IOException {
        int slot = (int) (number % SLOTS);
        try {
            put(channel, slot, number);
            channel.force(false);
        } catch (IOException failed) {
            takeBack(slot, number, failed);
            throw failed;
        }
    }

    private void takeBack(int slot, long number, IOException failed) {
        try {
            put(channel, slot, number - 1);
            channel.force(false);
        } catch (IOException again) {
            failed.addSuppressed(again);
        }
    }

    private static void put(FileChannel channel, int slot, long number) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SLOT_BYTES).putInt(MAGIC).putLong(number);
        bytes.putInt(checksum(bytes)).flip();
        long position = (long) slot * SLOT_BYTES;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.slice(0, Integer.BYTES + Long.BYTES));
        return (int) checksum.getValue();
    }

    /**
     * Reads the file.
     *
     * @throws DamagedValue where no slot can be read
     */
    static Reading read(Path directory) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(SLOTS * SLOT_BYTES);
        try (FileChannel channel = FileChannel.open(directory.resolve(FILE), StandardOpenOption.READ)) {
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // reads on
            }
        }
        long number = -1;
        int readable = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            ByteBuffer one = bytes.slice(slot * SLOT_BYTES, SLOT_BYTES);
            if (one.getInt(0) == MAGIC && one.getInt(Integer.BYTES + Long.BYTES) == checksum(one)) {
                number = Math.max(number, one.getLong(Integer.BYTES));
                readable++;
            }
        }
        if (readable == 0) {
            throw new DamagedValue("the file " + FILE + " cannot be read");
        }
        return new Reading(number, readable == SLOTS);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
