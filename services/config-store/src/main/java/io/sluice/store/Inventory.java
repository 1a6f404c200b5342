// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * What each table must hold, noted with every commit: RocksDB opens without a word when the end of its list of files is lost,
 * and with it a table's content.
 *
 * <p><b>Threading</b>: pure functions of a store's content. <b>Errors</b>: {@link DamagedValue}.
 */
final class Inventory {

    /** Note: checksum of all tokens. */
    static final byte[] TOKENS = Values.key("inventory-tokens");

    /** Note: first and last entry of the audit that must be there. */
    static final byte[] AUDIT = Values.key("inventory-audit");

    /** Note: the newest revision's key. */
    static final byte[] NEWEST = Values.key("inventory-newest");

    /** Note: how many revisions there are. */
    static final byte[] REVISIONS = Values.key("inventory-revisions");

    private Inventory() {}

    /** The note on tokens once one is put or, without a value, removed. */
    static byte[] tokens(OpenTables tables, byte[] key, byte @Nullable [] value) throws RocksDBException {
        Map<String, byte[]> all = read(tables);
        if (value == null) {
            all.remove(Arrays.toString(key));
        } else {
            all.put(Arrays.toString(key), value);
        }
        return checksum(all);
    }

    private static Map<String, byte[]> read(OpenTables tables) throws RocksDBException {
        Map<String, byte[]> all = new TreeMap<>();
        try (RocksIterator tokens = tables.iterator(Table.TOKENS)) {
            for (tokens.seekToFirst(); tokens.isValid(); tokens.next()) {
                all.put(Arrays.toString(tokens.key()), tokens.value());
            }
            tokens.status();
        }
        return all;
    }

    private static byte[] checksum(Map<String, byte[]> all) {
        CRC32C checksum = new CRC32C();
        all.values().forEach(checksum::update);
        return new SealedWriter().i32(all.size()).i64(checksum.getValue()).seal();
    }

    static byte[] audit(long first, long last) {
        return new SealedWriter().i64(first).i64(last).seal();
    }

    static byte[] count(long revisions) {
        return new SealedWriter().i64(revisions).seal();
    }

    /** How many revisions are noted. */
    static long count(OpenTables tables) throws RocksDBException {
        return count(tables.get(Table.NOTES, REVISIONS));
    }

    private static long count(byte @Nullable [] noted) {
        return noted == null ? 0 : new SealedReader(noted).i64();
    }

    /** Checks what a process starts with: tokens, audit, the newest revision. */
    static void check(OpenTables tables) throws RocksDBException {
        byte[] tokens = tables.get(Table.NOTES, TOKENS);
        if (tokens != null && !Arrays.equals(tokens, checksum(read(tables)))) {
            throw new DamagedValue("tokens are missing");
        }
        byte[] newest = tables.get(Table.NOTES, NEWEST);
        if (newest != null && tables.get(Table.REVISIONS, newest) == null) {
            throw new DamagedValue("the newest revision is missing");
        }
        byte[] audit = tables.get(Table.NOTES, AUDIT);
        if (audit != null) {
            SealedReader range = new SealedReader(audit);
            checkAudit(tables, range.i64(), range.i64());
        }
    }

    private static void checkAudit(OpenTables tables, long first, long last) throws RocksDBException {
        try (RocksIterator entries = tables.iterator(Table.AUDIT)) {
            long next = first;
            for (entries.seek(Values.key(first)); entries.isValid() && next <= last; entries.next()) {
                if (Values.number(entries.key()) != next) {
                    break;
                }
                next++;
            }
            entries.status();
            if (next <= last) {
                throw new DamagedValue("entry " + next + " of the audit is missing");
            }
        }
    }

    /** Checks that every revision is there; reads all of them. */
    static void checkRevisions(OpenTables.View tables) throws RocksDBException {
        long found = 0;
        try (RocksIterator revisions = tables.iterator(Table.REVISIONS)) {
            for (revisions.seekToFirst(); revisions.isValid(); revisions.next()) {
                Values.revision(revisions.value());
                found++;
            }
            revisions.status();
        }
        long noted = count(tables.get(Table.NOTES, REVISIONS));
        if (found != noted) {
            throw new DamagedValue("it has " + found + " of " + noted + " revisions");
        }
    }
}
