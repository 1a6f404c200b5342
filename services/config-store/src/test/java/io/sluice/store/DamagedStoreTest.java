// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import static io.sluice.store.StoreSamples.append;
import static io.sluice.store.StoreSamples.entry;
import static io.sluice.store.StoreSamples.model;
import static io.sluice.store.StoreSamples.revision;
import static io.sluice.store.StoreSamples.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.sluice.api.store.AppliedFile;
import io.sluice.api.store.AuditEntry;
import io.sluice.api.store.ChangeOrigin;
import io.sluice.api.store.StoreUnavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes flipped, files cut short and files gone, in every kind of file of a store that has some of its revisions in tables
 * and some in the log: whatever happens, either all that was acknowledged is there, or the store says that it is damaged
 * and leaves every file as it is.
 */
class DamagedStoreTest {

    private static final int OLD = 4;
    private static final int NEW = 4;
    private static final int TRIES = 12;

    @TempDir
    private Path scratch;

    private Path good;

    @BeforeEach
    void fill() throws Exception {
        good = Files.createDirectory(scratch.resolve("good"));
        try (RocksConfigStore store = RocksConfigStore.open(good)) {
            store.append(revision(1), entry(1), new AppliedFile("aa", model(1, 3)));
            for (int number = 2; number <= OLD; number++) {
                append(store, number);
            }
            store.put(token("ci"), AuditEntry.of(1, new ChangeOrigin("admin", "issue token"), "token ci"));
        }
        // what was in the log goes to tables when the store is opened
        try (RocksConfigStore store = RocksConfigStore.open(good)) {
            for (int number = OLD + 1; number <= OLD + NEW; number++) {
                append(store, number);
            }
        }
    }

    private List<String> files(String kind) throws IOException {
        try (Stream<Path> files = Files.list(good.resolve("config"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(kind))
                    .sorted()
                    .toList();
        }
    }

    private Path copy(int round) throws IOException {
        Path copy = Files.createDirectories(scratch.resolve("copy-" + round).resolve("config"));
        try (Stream<Path> files = Files.list(good.resolve("config"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy.getParent();
    }

    private static Map<String, Integer> content(Path data) throws IOException {
        Map<String, Integer> content = new TreeMap<>();
        try (Stream<Path> files = Files.list(data.resolve("config"))) {
            for (Path file : files.toList()) {
                // RocksDB's own diary: a look leaves a line in it
                if (!file.getFileName().toString().startsWith("LOG")) {
                    content.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
                }
            }
        }
        return content;
    }

    /** Whether it says that it is damaged; else everything must be there. */
    private static boolean says(Path data, String what) throws IOException {
        Map<String, Integer> before = content(data);
        try (RocksConfigStore store = RocksConfigStore.open(data)) {
            try {
                store.verify();
            } catch (StoreUnavailable damage) {
                assertThat(damage).as(what).hasMessageContaining("damaged");
                return true;
            }
            for (int number = 1; number <= OLD + NEW; number++) {
                assertThat(store.revision(number).orElseThrow().revision())
                        .as(what)
                        .isEqualTo(revision(number));
            }
            assertThat(store.tokens()).as(what).containsExactly(token("ci"));
            assertThat(store.appliedFile()).as(what).isPresent();
            assertThat(store.audit(Long.MAX_VALUE, 100)).as(what).hasSize(OLD + NEW + 1);
            return false;
        } catch (StoreUnavailable refused) {
            assertThat(refused.getMessage()).as(what).matches("(?s).*(damaged|no store of a gateway).*");
            assertThat(content(data)).as("untouched after %s", what).isEqualTo(before);
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".*\\.sst", ".*\\.log", "MANIFEST-.*", "CURRENT", "OPTIONS-.*", "IDENTITY", "ACKNOWLEDGED"})
    void neverPassesOverAFlippedByte(String kind) throws Exception {
        List<String> names = files(kind);
        assertThat(names).isNotEmpty();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(42);
        int said = 0;
        for (int round = 0; round < TRIES; round++) {
            Path data = copy(round);
            Path file = data.resolve("config").resolve(names.get(random.nextInt(names.size())));
            byte[] bytes = Files.readAllBytes(file);
            if (bytes.length == 0) {
                continue;
            }
            int position = random.nextInt(bytes.length);
            bytes[position] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, bytes);
            said += says(data, "byte " + position + " of " + file.getFileName()) ? 1 : 0;
        }
        if (!kind.matches("OPTIONS-.*|IDENTITY|ACKNOWLEDGED")) {
            assertThat(said).as("flips that were noticed").isPositive();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".*\\.sst", ".*\\.log", "MANIFEST-.*", "CURRENT", "ACKNOWLEDGED"})
    void neverPassesOverAFileThatWasCutShort(String kind) throws Exception {
        List<String> names = new ArrayList<>(files(kind));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        int round = 0;
        for (String name : names) {
            long size = Files.size(good.resolve("config").resolve(name));
            for (long left : new long[] {0, size / 2, size - 1 - random.nextLong(Math.max(1, size / 8))}) {
                if (left < size && left >= 0) {
                    Path data = copy(round++);
                    Path file = data.resolve("config").resolve(name);
                    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) left));
                    boolean said = says(data, name + " cut to " + left);
                    if (name.endsWith(".log") && !said) {
                        fail("%s cut to %d of %d was not noticed", name, left, size);
                    }
                }
            }
        }
        assertThat(round).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {".*\\.sst", ".*\\.log", "MANIFEST-.*", "CURRENT", "ACKNOWLEDGED"})
    void neverPassesOverAFileThatIsGone(String kind) throws Exception {
        int round = 0;
        for (String name : files(kind)) {
            if (Files.size(good.resolve("config").resolve(name)) > 0) {
                Path data = copy(round++);
                Files.delete(data.resolve("config").resolve(name));
                assertThat(says(data, name + " gone")).as("%s gone", name).isTrue();
            }
        }
        assertThat(round).isPositive();
    }

    @Test
    void saysWhatToDo() throws Exception {
        Path data = copy(0);
        Files.delete(data.resolve("config").resolve(files(".*\\.log").getLast()));
        try (RocksConfigStore store = RocksConfigStore.open(data)) {
            fail("opened %s", store);
        } catch (StoreUnavailable refused) {
            assertThat(refused.getMessage())
                    .contains(data.resolve("config").toString())
                    .contains("nothing was changed")
                    .contains("Put a copy of the directory back, or move it away");
        }
    }
}
