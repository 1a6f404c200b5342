// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.sluice.model.flow.FlowRecord;
import io.sluice.records.FlowSamples;
import io.sluice.records.NotKeptException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowJournalTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final JournalIdentity IDENTITY = identity("a secret", null);

    @TempDir
    private Path data;

    private static JournalIdentity identity(String issuing, @Nullable String accepted) {
        return JournalIdentity.of(accepted == null ? List.of(issuing) : List.of(issuing, accepted));
    }

    private FlowJournal open() throws JournalUnavailableException {
        return open(JournalLimits.DEFAULT);
    }

    private FlowJournal open(JournalLimits limits) throws JournalUnavailableException {
        return FlowJournal.open(data, IDENTITY, limits);
    }

    private static void kept(CompletionStage<?> stage) throws Exception {
        stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static List<FlowRecord> all(FlowJournal journal) throws JournalUnavailableException {
        List<FlowRecord> all = new ArrayList<>();
        journal.replay(all::addAll);
        return all;
    }

    @Test
    void replaysWhatWasWrittenAndNotErased() throws Exception {
        try (FlowJournal journal = open()) {
            kept(journal.write(FlowSamples.flows(0, 5_000)));
            kept(journal.write(List.of(FlowSamples.flow(7, 1))));
            kept(journal.erase(FlowSamples.flows(1_000, 5_000)));
        }
        try (FlowJournal journal = open()) {
            List<FlowRecord> expected = new ArrayList<>(FlowSamples.flows(0, 1_000));
            expected.set(7, FlowSamples.flow(7, 1));
            assertThat(all(journal)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void handsOnInChunks() throws Exception {
        try (FlowJournal journal = open()) {
            kept(journal.write(FlowSamples.flows(0, 2_500)));
            List<Integer> sizes = new ArrayList<>();
            Replay replay = journal.replay(chunk -> sizes.add(chunk.size()));
            assertThat(sizes).containsExactly(1_024, 1_024, 452);
            assertThat(replay).isEqualTo(new Replay(2_500, 0, 0));
        }
    }

    /** Some 60,000 acknowledgements a second would otherwise wait for the disk 60,000 times. */
    @Test
    void waitsForTheDiskOnceForWhatComesTogether() throws Exception {
        try (FlowJournal journal = open()) {
            List<CompletableFuture<?>> kept = new ArrayList<>();
            for (int number = 0; number < 500; number++) {
                kept.add(journal.write(List.of(FlowSamples.flow(number, 0))).toCompletableFuture());
            }
            kept(CompletableFuture.allOf(kept.toArray(CompletableFuture<?>[]::new)));
            JournalFigures figures = journal.figures();
            assertThat(figures.changes()).isEqualTo(500);
            assertThat(figures.syncs()).isLessThan(100);
        }
    }

    @Test
    void forgetsAllWhenToldToAndGivesBackTheSpace() throws Exception {
        try (FlowJournal journal = open()) {
            for (int from = 0; from < 100_000; from += 10_000) {
                kept(journal.write(FlowSamples.flows(from, from + 10_000)));
            }
        }
        try (FlowJournal journal = open()) {
            long before = bytes();
            kept(journal.discard());
            assertThat(all(journal)).isEmpty();
            kept(journal.write(FlowSamples.flows(0, 10)));
            await().atMost(PATIENCE).until(() -> bytes() < before / 4);
        }
        try (FlowJournal journal = open()) {
            assertThat(all(journal)).containsExactlyInAnyOrderElementsOf(FlowSamples.flows(0, 10));
        }
    }

    private long bytes() throws IOException {
        try (Stream<Path> files = Files.list(data.resolve(FlowJournal.DIRECTORY))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private Map<String, Integer> content() throws IOException {
        Map<String, Integer> content = new TreeMap<>();
        try (Stream<Path> files = Files.list(data.resolve(FlowJournal.DIRECTORY))) {
            for (Path file : files.toList()) {
                content.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return content;
    }

    @Test
    void refusesAJournalOfAnotherSecretAndLeavesItAlone() throws Exception {
        try (FlowJournal journal = open()) {
            kept(journal.write(FlowSamples.flows(0, 10)));
        }
        Map<String, Integer> before = content();
        assertThatExceptionOfType(JournalUnavailableException.class)
                .isThrownBy(() -> FlowJournal.open(data, identity("another", null), JournalLimits.DEFAULT)
                        .close())
                .withMessageContaining("belongs to another master secret: nothing was changed in it");
        assertThat(content()).isEqualTo(before);
        try (FlowJournal journal = open()) {
            assertThat(all(journal)).hasSize(10);
        }
    }

    /** A change of the master secret loses no record: the journal of the one before is taken over. */
    @Test
    void takesOverTheJournalOfASecretThatIsAccepted() throws Exception {
        try (FlowJournal journal = open()) {
            kept(journal.write(FlowSamples.flows(0, 10)));
        }
        JournalIdentity both = identity("another", "a secret");
        try (FlowJournal journal = FlowJournal.open(data, both, JournalLimits.DEFAULT)) {
            assertThat(all(journal)).hasSize(10);
        }
        try (FlowJournal journal = FlowJournal.open(data, identity("another", null), JournalLimits.DEFAULT)) {
            assertThat(all(journal)).as("it is the present one's from now on").hasSize(10);
        }
        assertThatExceptionOfType(JournalUnavailableException.class)
                .isThrownBy(() -> open().close())
                .withMessageContaining("belongs to another master secret");
    }

    @Test
    void refusesADirectoryThatIsNoJournalAndLeavesItAlone() throws Exception {
        Path directory = Files.createDirectory(data.resolve(FlowJournal.DIRECTORY));
        Files.writeString(directory.resolve("letters.txt"), "dear");
        Map<String, Integer> before = content();
        assertThatExceptionOfType(JournalUnavailableException.class)
                .isThrownBy(() -> open().close())
                .withMessageContaining("is no journal of flow records: nothing was changed in it");
        assertThat(content()).isEqualTo(before);
    }

    @Test
    void refusesAJournalOfANewerRelease() throws Exception {
        open().close();
        Path owner = data.resolve(FlowJournal.DIRECTORY).resolve(JournalDirectory.OWNER);
        Files.writeString(owner, Files.readString(owner).replace("format 1", "format 2"));
        assertThatExceptionOfType(JournalUnavailableException.class)
                .isThrownBy(() -> open().close())
                .withMessageContaining("says 'flow journal, format 2': this release reads format 1");
    }

    @Test
    void refusesAJournalThatIsHeld() throws Exception {
        try (FlowJournal held = open()) {
            assertThatExceptionOfType(JournalUnavailableException.class)
                    .isThrownBy(() -> open().close())
                    .withMessageContaining("is held by another process");
            kept(held.write(FlowSamples.flows(0, 1)));
        }
    }

    @Test
    void makesAnewWhatAFirstStartThatWasCutOffHasLeft() throws Exception {
        open().close();
        Path directory = data.resolve(FlowJournal.DIRECTORY);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (!file.getFileName().toString().equals(JournalDirectory.OWNER)) {
                    Files.delete(file);
                }
            }
        }
        try (FlowJournal journal = open()) {
            kept(journal.write(FlowSamples.flows(0, 1)));
        }
    }

    @Test
    void goesOnWhereTheDiskIsFull() throws Exception {
        JournalLimits never = new JournalLimits(Long.MAX_VALUE, Long.MAX_VALUE, 1_000);
        try (FlowJournal journal = open(never)) {
            for (int round = 0; round < 2; round++) {
                CompletableFuture<?> failed =
                        journal.write(FlowSamples.flows(0, 3)).toCompletableFuture();
                await().atMost(PATIENCE).until(failed::isDone);
                assertThat(failed.exceptionNow())
                        .isInstanceOf(NotKeptException.class)
                        .hasMessageContaining("flow records may not be kept on disk: the disk is full");
            }
            assertThat(journal.figures().notKept()).isEqualTo(6);
            assertThat(journal.figures().keeping()).isFalse();
        }
    }

    @Test
    void takesNoMoreThanItMayButWhatMakesRoom() throws Exception {
        JournalLimits small = new JournalLimits(4 << 20, 0, 1_000_000);
        try (FlowJournal journal = open(small)) {
            Throwable refusal = null;
            for (int from = 0; refusal == null; from += 20_000) {
                refusal = failure(journal.write(FlowSamples.flows(from, from + 20_000)));
            }
            assertThat(refusal)
                    .isInstanceOf(NotKeptException.class)
                    .hasMessageContaining("bytes, expected at most " + (4 << 20));
            kept(journal.erase(FlowSamples.flows(0, 10)));
            kept(journal.discard());
            await().atMost(PATIENCE).until(() -> failure(journal.write(FlowSamples.flows(0, 10))) == null);
        }
    }

    private static @Nullable Throwable failure(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        await().atMost(PATIENCE).until(future::isDone);
        return future.isCompletedExceptionally() ? future.exceptionNow() : null;
    }

    @Test
    void refusesMoreThanCanWait() throws Exception {
        try (FlowJournal journal = open(new JournalLimits(Long.MAX_VALUE, 0, 10))) {
            CompletableFuture<?> refused =
                    journal.write(FlowSamples.flows(0, 11)).toCompletableFuture();
            assertThat(refused.exceptionNow()).hasMessage("10 flow records wait for the journal already");
            assertThat(journal.figures().notKept()).as("refused").isEqualTo(11);
            assertThat(journal.figures().keeping()).isTrue();
            kept(journal.write(FlowSamples.flows(0, 10)));
        }
    }

    @Test
    void saysThatItIsClosed() throws Exception {
        FlowJournal journal = open();
        CompletableFuture<?> before = journal.write(FlowSamples.flows(0, 10)).toCompletableFuture();
        journal.close();
        assertThat(before).as("what was there when it was closed").isCompleted();
        assertThat(journal.write(FlowSamples.flows(0, 1)).toCompletableFuture().exceptionNow())
                .hasMessage("the journal of flow records is closed: this node is stopping");
    }
}
