// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * What is written together, and how to undo it: a commit that was written but never acknowledged is undone at the next
 * start, so that what was answered as refused does not come back.
 *
 * <p><b>Threading</b>: confined to its caller. <b>Ownership</b>: owns its batch until closed.
 */
final class Commit implements AutoCloseable {

    /** Note: number of the last commit. */
    static final byte[] NUMBER = Values.key("number");

    /** Note: what the last commit replaced. */
    static final byte[] UNDO = Values.key("undo");

    private static final int ABSENT = 0;
    private static final int PRESENT = 1;

    private final OpenTables tables;
    private final WriteBatch batch = new WriteBatch();
    private final SealedWriter undo = new SealedWriter();
    private int steps;

    Commit(OpenTables tables) {
        this.tables = tables;
    }

    Commit put(Table table, byte[] key, byte[] value) throws RocksDBException {
        remember(table, key);
        batch.put(tables.handle(table), key, value);
        return this;
    }

    Commit delete(Table table, byte[] key) throws RocksDBException {
        remember(table, key);
        batch.delete(tables.handle(table), key);
        return this;
    }

    private void remember(Table table, byte[] key) throws RocksDBException {
        byte[] before = tables.get(table, key);
        undo.i32(table.number()).bytes(key).i32(before == null ? ABSENT : PRESENT);
        undo.bytes(before == null ? new byte[0] : before);
        steps++;
    }

    /** Writes all of it to the disk, as the commit of that number. */
    void write(long number) throws RocksDBException {
        byte[] listed = new SealedWriter().i32(steps).bytes(undo.seal()).seal();
        batch.put(tables.handle(Table.NOTES), UNDO, listed);
        batch.put(tables.handle(Table.NOTES), NUMBER, Values.key(number));
        tables.writeSynced(batch);
    }

    /** Undoes the last commit, so that the one before it is the last. */
    static void undo(OpenTables tables, long numberBefore) throws RocksDBException {
        byte[] noted = tables.get(Table.NOTES, UNDO);
        if (noted == null) {
            throw new DamagedValue("the last commit cannot be undone");
        }
        SealedReader list = new SealedReader(noted);
        int count = list.i32();
        SealedReader steps = new SealedReader(list.bytes());
        try (WriteBatch back = new WriteBatch()) {
            for (int n = 0; n < count; n++) {
                Table table = table(steps.i32());
                byte[] key = steps.bytes();
                boolean present = steps.i32() == PRESENT;
                byte[] value = steps.bytes();
                if (present) {
                    back.put(tables.handle(table), key, value);
                } else {
                    back.delete(tables.handle(table), key);
                }
            }
            back.delete(tables.handle(Table.NOTES), UNDO);
            back.put(tables.handle(Table.NOTES), NUMBER, Values.key(numberBefore));
            tables.writeSynced(back);
        }
    }

    private static Table table(int number) {
        return Arrays.stream(Table.values())
                .filter(table -> table.number() == number)
                .findFirst()
                .orElseThrow(() -> new DamagedValue("a commit of table " + number));
    }

    /** The number of the last commit; 0 in a new store. */
    static long number(OpenTables tables) throws RocksDBException {
        byte @Nullable [] noted = tables.get(Table.NOTES, NUMBER);
        return noted == null ? 0 : Values.number(noted);
    }

    @Override
    public void close() {
        batch.close();
    }
}
