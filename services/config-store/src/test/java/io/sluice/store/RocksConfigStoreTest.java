// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import static io.sluice.store.StoreSamples.GW_1;
import static io.sluice.store.StoreSamples.GW_2;
import static io.sluice.store.StoreSamples.append;
import static io.sluice.store.StoreSamples.entry;
import static io.sluice.store.StoreSamples.model;
import static io.sluice.store.StoreSamples.revision;
import static io.sluice.store.StoreSamples.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import io.sluice.api.store.StoredRevision;
import io.sluice.api.store.TokenRecord;
import io.sluice.api.store.TokenRole;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** The store in real directories. */
class RocksConfigStoreTest {

    @TempDir
    private Path data;

    private static Retention retention(int revisions, long bytes, int audit) {
        return new Retention(new Retention.Bound(revisions, bytes), new Retention.Bound(2, Long.MAX_VALUE), audit);
    }

    private RocksConfigStore open() throws StoreUnavailable {
        return RocksConfigStore.open(data);
    }

    private void refuses(String... words) {
        assertThatExceptionOfType(StoreUnavailable.class)
                .isThrownBy(this::open)
                .satisfies(refusal -> assertThat(refusal.getMessage()).contains(words));
    }

    private List<Long> numbers(List<AuditEntry> entries) {
        return entries.stream().map(AuditEntry::revision).toList();
    }

    @Test
    void isEmptyAtFirst() throws Exception {
        try (RocksConfigStore store = open()) {
            assertThat(store.newest()).isEmpty();
            assertThat(store.revision(1)).isEmpty();
            assertThat(store.history(Long.MAX_VALUE, 10)).isEmpty();
            assertThat(store.tokens()).isEmpty();
            assertThat(store.appliedFile()).isEmpty();
            store.verify();
        }
    }

    @Test
    void findsEverythingAgainAfterItWasOpenedAnew() throws Exception {
        AppliedFile file = new AppliedFile("ff00", model(7, 2));
        TokenRecord registrar =
                new TokenRecord("vm", new TokenRole.Register(new TargetGroupId("firewalls")), "cd".repeat(32), 1, 2, 3);
        try (RocksConfigStore store = open()) {
            store.append(revision(10), entry(10), file);
            append(store, 11);
            store.put(token("ci"), AuditEntry.of(3, new ChangeOrigin("admin", "issue token"), "token ci"));
            store.put(registrar, AuditEntry.of(4, new ChangeOrigin("admin", "issue token"), "token vm"));
            store.touch(token("ci").usedAt(77));
        }
        try (RocksConfigStore store = open()) {
            assertThat(store.newest())
                    .contains(new StoredRevision(revision(11), entry(11).at(2)));
            assertThat(store.revision(10))
                    .contains(new StoredRevision(revision(10), entry(10).at(1)));
            assertThat(store.revision(9)).isEmpty();
            assertThat(store.revision(12)).isEmpty();
            assertThat(store.appliedFile()).contains(file);
            assertThat(store.tokens()).containsExactly(token("ci").usedAt(77), registrar);
            assertThat(numbers(store.history(Long.MAX_VALUE, 10))).containsExactly(11L, 10L);
            assertThat(numbers(store.history(10, 10))).containsExactly(10L);
            assertThat(store.audit(Long.MAX_VALUE, 10))
                    .extracting(AuditEntry::subject)
                    .containsExactly("token vm", "token ci", "", "");
            assertThat(store.audit(3, 2)).extracting(AuditEntry::sequence).containsExactly(3L, 2L);
            store.remove("ci", AuditEntry.of(5, new ChangeOrigin("admin", "revoke token"), "token ci"));
            append(store, 12);
            store.verify();
        }
        try (RocksConfigStore store = open()) {
            assertThat(store.tokens()).containsExactly(registrar);
            assertThat(store.newest())
                    .contains(new StoredRevision(revision(12), entry(12).at(6)));
        }
    }

    @Test
    void theNewestIsTheOneThatSupersedesTheOthers() throws Exception {
        ConfigRevision other = new ConfigRevision(10, GW_2, model(2, 1));
        try (RocksConfigStore store = open()) {
            store.append(other, entry(10), null);
            store.append(new ConfigRevision(10, GW_1, model(1, 1)), entry(10), null);
            assertThat(store.newest().orElseThrow().revision()).isEqualTo(other);
            assertThat(store.revision(10).orElseThrow().revision()).isEqualTo(other);
        }
    }

    @Test
    void keepsTheNewestRevisionsByNumberAndEntriesByNumber() throws Exception {
        try (RocksConfigStore store = RocksConfigStore.open(data, retention(3, Long.MAX_VALUE, 5))) {
            for (int number = 1; number <= 8; number++) {
                append(store, number);
            }
            assertThat(store.revision(5)).isEmpty();
            assertThat(store.revision(6)).isPresent();
            assertThat(numbers(store.history(Long.MAX_VALUE, 10))).containsExactly(8L, 7L, 6L, 5L, 4L);
        }
        try (RocksConfigStore store = RocksConfigStore.open(data, retention(3, Long.MAX_VALUE, 5))) {
            append(store, 9);
            assertThat(store.revision(6)).isEmpty();
            assertThat(store.revision(7)).isPresent();
        }
    }

    @Test
    void keepsTheNewestRevisionsByBytesButAlwaysOne() throws Exception {
        int bytes = Values.write(new StoredRevision(revision(1), entry(1).at(1))).length;
        try (RocksConfigStore store = RocksConfigStore.open(data, retention(100, 2L * bytes + 1, 100))) {
            for (int number = 1; number <= 4; number++) {
                append(store, number);
            }
            assertThat(store.revision(2)).isEmpty();
            assertThat(store.revision(3)).isPresent();
            store.append(new ConfigRevision(5, GW_1, model(5, 300)), entry(5), null);
            assertThat(store.revision(4)).isEmpty();
            assertThat(store.newest().orElseThrow().revision().number()).isEqualTo(5);
        }
    }

    @Test
    void isHeldByOneAtATime() throws Exception {
        try (RocksConfigStore store = open()) {
            assertThat(store.newest()).isEmpty();
            refuses("is held by process " + ProcessHandle.current().pid(), "stop it");
        }
        open().close();
    }

    @Test
    void saysNoMoreOnceItIsClosed() throws Exception {
        RocksConfigStore store = open();
        store.close();
        assertThatExceptionOfType(StoreUnavailable.class)
                .isThrownBy(store::newest)
                .withMessageContaining("is closed");
        store.close();
    }

    @Test
    void undoesACommitThatWasNeverAcknowledged() throws Exception {
        try (RocksConfigStore store = open()) {
            store.append(revision(1), entry(1), new AppliedFile("aa", model(1, 1)));
        }
        try (OpenTables tables = OpenTables.open(data.resolve("config"), OpenTables.Mode.WORK);
                Commit commit = new Commit(tables)) {
            commit.put(
                    Table.REVISIONS,
                    Values.key(revision(2)),
                    Values.write(new StoredRevision(revision(2), entry(2).at(2))));
            commit.put(Table.NOTES, Values.key("file"), Values.write(new AppliedFile("bb", model(2, 1))));
            commit.write(2);
        }
        try (RocksConfigStore store = open()) {
            assertThat(store.newest().orElseThrow().revision()).isEqualTo(revision(1));
            assertThat(store.appliedFile().orElseThrow().digest()).isEqualTo("aa");
            append(store, 2);
        }
        try (RocksConfigStore store = open()) {
            assertThat(store.newest().orElseThrow().revision()).isEqualTo(revision(2));
        }
    }

    @Test
    void finishesAFirstStartThatWasCutOff() throws Exception {
        Path unfinished = Files.createDirectory(data.resolve("config.unfinished"));
        Files.writeString(unfinished.resolve("CURRENT"), "half");
        try (RocksConfigStore store = open()) {
            append(store, 1);
        }
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void leavesAForeignDirectoryAlone() throws Exception {
        Path file =
                Files.writeString(Files.createDirectory(data.resolve("config")).resolve("photo.jpg"), "not ours");
        refuses("config is no store of a gateway", "photo.jpg", "give another data directory");
        assertThat(file).hasContent("not ours");
        assertThat(data.resolve("config").toFile().list()).containsExactly("photo.jpg");
    }

    @Test
    void leavesAForeignDatabaseAlone() throws Exception {
        open().close();
        Path foreign = data.resolve("config");
        Files.move(foreign, data.resolve("elsewhere"));
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB database = RocksDB.open(options, foreign.toString())) {
            database.put(Values.key("a"), Values.key("b"));
        }
        refuses("is no store of a gateway", "no file ACKNOWLEDGED");
        Files.copy(data.resolve("elsewhere/ACKNOWLEDGED"), foreign.resolve("ACKNOWLEDGED"));
        refuses("is no store of a gateway", "[default] instead of");
    }

    @Test
    void leavesAStoreOfANewerReleaseAlone() throws Exception {
        open().close();
        try (OpenTables tables = OpenTables.open(data.resolve("config"), OpenTables.Mode.WORK);
                Commit commit = new Commit(tables)) {
            commit.put(Table.NOTES, Values.key("format"), Values.key("2"));
            commit.write(1);
        }
        refuses("has format 2", "this release reads 1");
    }

    @Test
    void saysThatADirectoryIsAFile() throws Exception {
        Files.writeString(data.resolve("config"), "a file");
        assertThatExceptionOfType(StoreUnavailable.class)
                .isThrownBy(this::open)
                .withMessageContaining(data.resolve("config").toString());
    }

    /** To read through a store of many large revisions takes seconds, which no change should wait for. */
    @Test
    void takesRevisionsWhileItIsReadThrough() throws Exception {
        GatewayModel large = model(1, TargetGroup.TARGETS_MAX);
        try (RocksConfigStore store = open()) {
            long number = 0;
            while (number < 800) {
                number++;
                store.append(new ConfigRevision(number, GW_1, large), entry(number), null);
            }
            FutureTask<Boolean> verified = new FutureTask<>(() -> {
                for (int round = 0; round < 5; round++) {
                    store.verify();
                }
                return true;
            });
            Thread reader = Thread.ofPlatform().start(verified);
            int taken = 0;
            while (!verified.isDone()) {
                number++;
                append(store, number);
                assertThat(store.history(number, 3)).hasSize(3);
                taken++;
            }
            reader.join();
            assertThat(verified.get()).isTrue();
            assertThat(taken).as("revisions taken meanwhile").isGreaterThan(20);
        }
    }

    @Test
    void aStoreThatIsClosedLetsWhoReadsComeToAnEnd() throws Exception {
        RocksConfigStore store = open();
        for (long number = 1; number <= 200; number++) {
            append(store, number);
        }
        FutureTask<Boolean> reading = new FutureTask<>(() -> {
            assertThatExceptionOfType(StoreUnavailable.class)
                    .isThrownBy(() -> {
                        while (true) {
                            assertThat(store.history(Long.MAX_VALUE, 200)).hasSize(200);
                            store.verify();
                        }
                    })
                    .withMessageContaining("is closed");
            return true;
        });
        Thread reader = Thread.ofPlatform().start(reading);
        assertThat(store.history(Long.MAX_VALUE, 1)).hasSize(1);
        store.close();
        reader.join();
        assertThat(reading.get()).isTrue();
    }

    /** Two branches may use one number: neither replaces the other, and both say what they were made from. */
    @Test
    void keepsTwoRevisionsOfOneNumberByTheirAuthors() throws Exception {
        ConfigRevision mine = new ConfigRevision(7, GW_1, List.of("00112233"), model(1, 1));
        ConfigRevision theirs = new ConfigRevision(7, GW_2, List.of("00112233", "44556677"), model(2, 1));
        try (RocksConfigStore store = open()) {
            store.append(theirs, entry(7), null);
            store.append(mine, entry(7), null);
        }
        try (RocksConfigStore store = open()) {
            assertThat(store.revision(7, GW_1).orElseThrow().revision()).isEqualTo(mine);
            assertThat(store.revision(7, GW_2).orElseThrow().revision()).isEqualTo(theirs);
            assertThat(store.revision(7, new NodeId("gw-3"))).isEmpty();
            assertThat(store.newest().orElseThrow().revision()).isEqualTo(theirs);
        }
    }

    private static void lose(RocksConfigStore store, ConfigRevision lost) throws StoreUnavailable {
        AuditEntry entry = entry(lost.number());
        store.append(
                lost,
                AuditEntry.ofRevision(
                        entry.timeMs(), ChangeOrigin.ofLost(lost, revision(900)), lost.number(), entry.changes()),
                null);
    }

    /** The loser of a number has the later author, or was in force here itself until its branch lost. */
    @Test
    void aRevisionThatWasLostIsFoundByWhoAsksForItOnly() throws Exception {
        ConfigRevision theirs = new ConfigRevision(7, GW_2, model(2, 1));
        try (RocksConfigStore store = open()) {
            append(store, 7);
            append(store, 8);
            lose(store, theirs);
            lose(store, revision(8));
        }
        try (RocksConfigStore store = open()) {
            assertThat(store.revision(7).orElseThrow().revision()).isEqualTo(revision(7));
            assertThat(store.revision(8)).isEmpty();
            assertThat(store.newest().orElseThrow().revision()).isEqualTo(revision(7));
            assertThat(numbers(store.history(Long.MAX_VALUE, 10))).containsExactly(8L, 7L);
            assertThat(store.lost(Long.MAX_VALUE, 10))
                    .extracting(AuditEntry::sequence)
                    .containsExactly(4L, 3L);
            assertThat(store.lost(3, 10)).extracting(AuditEntry::revision).containsExactly(7L);
            assertThat(store.revision(7, GW_2).orElseThrow().isLost()).isTrue();
            assertThat(store.revision(8, GW_1).orElseThrow().isLost()).isTrue();
            store.verify();
        }
    }

    /** They are bounded by themselves, also once the store was opened anew, and one that is kept twice counts once. */
    @Test
    void whatWasInForceDoesNotGoForWhatWasLost() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (RocksConfigStore store = RocksConfigStore.open(data, retention(3, Long.MAX_VALUE, 100))) {
                append(store, 1);
                append(store, 2);
                append(store, 3);
                for (int number = 4; number <= 8; number++) {
                    lose(store, new ConfigRevision(number - 4, GW_2, model(2, 1)));
                }
                for (int number = 1; number <= 3; number++) {
                    assertThat(store.revision(number)).isPresent();
                }
                assertThat(store.revision(2, GW_2)).isEmpty();
                assertThat(store.revision(3, GW_2)).isPresent();
                assertThat(store.revision(4, GW_2)).isPresent();
                store.verify();
            }
        }
    }
}
