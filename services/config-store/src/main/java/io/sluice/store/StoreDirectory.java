// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.api.store.StoreUnavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * The directory of a store: makes one where there is none, and opens one only after it was looked through without changing
 * anything.
 *
 * <p>A new store is made beside its place and moved there when it is complete, so that a half-made one is never met. What is
 * in the place is a store with every acknowledged commit in it, or it is left as it is and refused.
 */
final class StoreDirectory {

    /** The format of stores made here. */
    static final String FORMAT = "1";

    private static final byte[] FORMAT_NOTE = Values.key("format");
    private static final String CURRENT = "CURRENT";
    private static final int NAMES_SHOWN = 3;

    private final Path directory;

    /** @param directory of the store, in a directory that exists */
    StoreDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * Opens the store, or makes it.
     *
     * @return to work with, every commit in it acknowledged
     */
    OpenTables open() throws StoreUnavailable {
        try {
            if (!Files.exists(directory) || isEmpty()) {
                create();
            }
            long acknowledged = look();
            OpenTables tables = OpenTables.open(directory, OpenTables.Mode.WORK);
            try {
                if (Commit.number(tables) > acknowledged) {
                    Commit.undo(tables, acknowledged);
                }
                return tables;
            } catch (RocksDBException | DamagedValue failed) {
                tables.close();
                throw failed;
            }
        } catch (RocksDBException failed) {
            throw StoreTrouble.of(directory, failed);
        } catch (DamagedValue damaged) {
            throw StoreTrouble.damaged(directory, String.valueOf(damaged.getMessage()), damaged);
        } catch (IOException failed) {
            throw StoreTrouble.of(directory, failed);
        }
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    private void create() throws IOException, RocksDBException {
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".unfinished");
        removeUnfinished(unfinished);
        Files.createDirectory(unfinished);
        try (OpenTables tables = OpenTables.open(unfinished, OpenTables.Mode.CREATE);
                WriteBatch first = new WriteBatch()) {
            first.put(tables.handle(Table.NOTES), FORMAT_NOTE, Values.key(FORMAT));
            tables.writeSynced(first);
        }
        CommitMark.create(unfinished);
        sync(unfinished);
        Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
        sync(directory.resolveSibling("."));
    }

    /** What a start that was cut off has left: nothing in it was ever acknowledged. */
    private static void removeUnfinished(Path unfinished) throws IOException {
        List<Path> left;
        try (Stream<Path> files = Files.list(unfinished)) {
            left = files.toList();
        } catch (NoSuchFileException none) {
            return;
        }
        for (Path file : left) {
            try {
                Files.delete(file);
            } catch (DirectoryNotEmptyException notOurs) {
                throw new IOException(file + " is in the way", notOurs);
            }
        }
        Files.delete(unfinished);
    }

    private static void sync(Path written) throws IOException {
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Looks through what is there.
     *
     * @return number of the last acknowledged commit, which is there
     */
    private long look() throws StoreUnavailable, RocksDBException, IOException {
        refuseForeign();
        CommitMark.Reading mark = CommitMark.read(directory);
        try (OpenTables tables = OpenTables.open(directory, OpenTables.Mode.LOOK)) {
            byte[] format = tables.get(Table.NOTES, FORMAT_NOTE);
            if (format == null) {
                throw StoreTrouble.damaged(directory, "it does not say its format", null);
            }
            if (!new String(format, UTF_8).equals(FORMAT)) {
                throw StoreTrouble.newer(directory, new String(format, UTF_8), FORMAT);
            }
            long number = Commit.number(tables);
            if (number < mark.number()) {
                throw StoreTrouble.damaged(
                        directory, "it has " + number + " of " + mark.number() + " acknowledged commits", null);
            }
            if (number > mark.number() + (mark.certain() ? 1 : 2)) {
                throw StoreTrouble.damaged(
                        directory,
                        "it has " + number + " commits, of which " + CommitMark.FILE + " knows " + mark.number(),
                        null);
            }
            readNewest(tables);
            Inventory.check(tables);
            // a slot that cannot be read may have said that the newest commit was acknowledged
            return mark.certain() ? mark.number() : number;
        }
    }

    /** What the process will start with must be readable before anything is changed. */
    private static void readNewest(OpenTables tables) throws RocksDBException {
        try (RocksIterator revisions = tables.iterator(Table.REVISIONS);
                RocksIterator tokens = tables.iterator(Table.TOKENS)) {
            revisions.seekToLast();
            if (revisions.isValid()) {
                Values.revision(revisions.value());
            }
            revisions.status();
            for (tokens.seekToFirst(); tokens.isValid(); tokens.next()) {
                Values.token(tokens.value());
            }
            tokens.status();
        }
    }

    private void refuseForeign() throws StoreUnavailable, IOException {
        boolean marked = Files.exists(directory.resolve(CommitMark.FILE));
        boolean database = Files.exists(directory.resolve(CURRENT));
        if (!marked) {
            throw StoreTrouble.foreign(directory, "it has no file " + CommitMark.FILE + " but " + names());
        }
        if (!database) {
            throw StoreTrouble.damaged(directory, "it has no file " + CURRENT + " but " + names(), null);
        }
        refuseOtherTables();
    }

    private void refuseOtherTables() throws StoreUnavailable {
        List<String> found;
        try (Options options = new Options()) {
            found = RocksDB.listColumnFamilies(options, directory.toString()).stream()
                    .map(name -> new String(name, UTF_8))
                    .sorted()
                    .toList();
        } catch (RocksDBException unreadable) {
            throw StoreTrouble.of(directory, unreadable);
        }
        List<String> known = Stream.of(Table.values())
                .map(table -> new String(table.bytes(), UTF_8))
                .sorted()
                .toList();
        if (!found.equals(known)) {
            throw StoreTrouble.foreign(directory, "it has the tables " + found + " instead of " + known);
        }
    }

    private String names() throws IOException {
        if (!Files.isDirectory(directory)) {
            return "is a file";
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .limit(NAMES_SHOWN)
                    .collect(Collectors.joining(", "));
        }
    }
}
