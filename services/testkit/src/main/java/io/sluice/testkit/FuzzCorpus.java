// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The committed inputs of a fuzz target, {@code src/test/fuzz/<target>} of its module, and mutations of them by a seed.
 * An input that once failed is one of them for good.
 */
public final class FuzzCorpus {
    private static final Path CORPORA = Path.of("src/test/fuzz");
    private static final int HEADER_BYTES = 112;

    private FuzzCorpus() {}

    /** The inputs of a target, in the order of their names; none where there is no directory. */
    public static List<byte[]> of(String target) {
        Path directory = CORPORA.resolve(target);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(FuzzCorpus::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a target over a corpus, then over {@code mutations} of its inputs; a failure shows seed, round and input. */
    public static void run(List<byte[]> corpus, long seed, int mutations, Consumer<byte[]> target) {
        corpus.forEach(input -> attempt(target, input, "an input of the corpus"));
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < mutations; round++) {
            byte[] mutant = mutate(random, corpus.get(random.nextInt(corpus.size())));
            attempt(target, mutant, "seed %x round %d".formatted(seed, round));
        }
    }

    private static void attempt(Consumer<byte[]> target, byte[] input, String where) {
        try {
            target.accept(input.clone());
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("%s, input%n%s".formatted(where, Hex.dump(input)), failure);
        }
    }

    /** One to four changes: a byte anywhere, mostly in the headers, or another length. */
    private static byte[] mutate(SplittableRandom random, byte[] original) {
        byte[] mutant = original.clone();
        int changes = 1 + random.nextInt(4);
        for (int change = 0; change < changes && mutant.length > 0; change++) {
            int headerBytes = Math.min(mutant.length, HEADER_BYTES);
            switch (random.nextInt(4)) {
                case 0 -> mutant[random.nextInt(headerBytes)] = (byte) random.nextInt();
                case 1 -> mutant[random.nextInt(headerBytes)] ^= (byte) (1 << random.nextInt(8));
                case 2 -> mutant[random.nextInt(mutant.length)] = random.nextBoolean() ? 0 : (byte) 0xFF;
                default -> mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length + 9));
            }
        }
        return mutant;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
