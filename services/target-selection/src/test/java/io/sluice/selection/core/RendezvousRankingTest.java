// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.Hashing;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.StableHash;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RendezvousRankingTest {

    private static final long SEED = 20_261_124;
    private static final TargetGroupId GROUP = new TargetGroupId("inspection");

    /** Made by src/test/scripts/ranking_vectors.py. */
    private static final String VECTORS = "/known-answers/ranking-v1.txt";

    @Test
    void tableIsThatOfTheSecondImplementation() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate((Log2Table.SEGMENTS + 1) * Long.BYTES);
        for (int i = 0; i <= Log2Table.SEGMENTS; i++) {
            bytes.putLong(Log2Table.entry(i));
        }
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        int checked = 0;
        for (String[] words : vectors()) {
            if (words[0].equals("table")) {
                assertThat(new String[] {String.valueOf(Log2Table.SEGMENTS + 1), digest})
                        .containsExactly(words[1], words[2]);
                checked++;
            } else if (words[0].equals("entry")) {
                assertThat(hex(Log2Table.entry(Integer.parseInt(words[1])))).isEqualTo(words[2]);
                checked++;
            }
        }
        assertThat(checked).isEqualTo(10);
    }

    @Test
    void costsAreThoseOfTheSecondImplementation() throws Exception {
        int checked = 0;
        for (String[] words : vectors()) {
            if (words[0].equals("cost")) {
                long x = HexFormat.fromHexDigitsToLong(words[1]);
                assertThat(hex(Log2Table.negativeLog2OfFraction(x)))
                        .as(words[1])
                        .isEqualTo(words[2]);
                checked++;
            }
        }
        assertThat(checked).isEqualTo(51);
    }

    @Test
    void picksAreThoseOfTheSecondImplementation() throws Exception {
        Map<String, List<String[]>> targets = new LinkedHashMap<>();
        int checked = 0;
        for (String[] words : vectors()) {
            if (words[0].equals("target")) {
                targets.computeIfAbsent(words[1], _ -> new ArrayList<>()).add(words);
                assertThat(hex(RendezvousRanking.fingerprint(new TargetGroupId(words[2]), new TargetId(words[3]))))
                        .as(words[3])
                        .isEqualTo(words[5]);
            } else if (words[0].equals("picks")) {
                List<String[]> set = Objects.requireNonNull(targets.get(words[1]));
                RendezvousRanking ranking = new RendezvousRanking(
                        set.stream()
                                .mapToLong(t -> HexFormat.fromHexDigitsToLong(t[5]))
                                .toArray(),
                        set.stream().mapToInt(t -> Integer.parseInt(t[4])).toArray());
                int first = Integer.parseInt(words[2]);
                String[] expected = words[3].split(",");
                for (int n = 0; n < expected.length; n++) {
                    assertThat(ranking.pick(nthKey(first + n)))
                            .as("%s, key %d", words[1], first + n)
                            .isEqualTo(Integer.parseInt(expected[n]));
                    checked++;
                }
            }
        }
        assertThat(targets.keySet())
                .containsExactly("one", "two", "three-weighted", "extreme-weights", "thirty-two", "three-hundred");
        assertThat(checked).isEqualTo(6_000);
    }

    @Test
    void costIsTheLogarithmToSevenDigitsAndNeverRisesWithTheFraction() {
        SplittableRandom random = seeded("cost");
        for (int i = 0; i < 200_000; i++) {
            long x = random.nextLong() >>> random.nextInt(63) | 1;
            long cost = Log2Table.negativeLog2OfFraction(x);
            double fraction = (x >>> 1) * 0x1p-63 + (x & 1) * 0x1p-64;
            assertThat(cost * 0x1p-52)
                    .isBetween(-Math.log(fraction) / Math.log(2) - 1e-12, -Math.log(fraction) / Math.log(2) + 1.2e-8);
            if (x != -1) {
                assertThat(Log2Table.negativeLog2OfFraction(x + 1)).isLessThanOrEqualTo(cost);
            }
        }
    }

    /** Weights that are all equal, that a few have, and that almost nobody shares; a slow start's tenths among them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 1_000})
    void picksTheFirstOfThoseWithTheLeastScore(int weightMax) {
        SplittableRandom random = seeded("least score, weights to " + weightMax);
        for (int set = 0; set < 40; set++) {
            long[] fingerprints = random.longs(1 + random.nextInt(300)).toArray();
            if (set % 4 == 0) {
                // targets that no flow tells apart: equal scores, where weights are
                long[] apart = fingerprints.clone();
                Arrays.setAll(fingerprints, i -> apart[i / 2]);
            }
            RendezvousRanking ranking = new RendezvousRanking(
                    fingerprints,
                    random.ints(fingerprints.length, 1, weightMax + 1).toArray());
            for (int flow = 0; flow < 500; flow++) {
                long keyHash = random.nextLong();
                int least = 0;
                for (int target = 1; target < ranking.size(); target++) {
                    least = ranking.score(keyHash, target) < ranking.score(keyHash, least) ? target : least;
                }
                assertThat(ranking.pick(keyHash)).isEqualTo(least);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void f9SpreadsTenThousandRandomFlowsEvenlyWithinTenPercent(int targetCount) {
        SplittableRandom random = seeded("F-9, " + targetCount + " targets");
        RendezvousRanking ranking = equal(targetCount);
        int[] count = new int[targetCount];
        long[] words = new long[FlowKey.WORDS];
        for (int flow = 0; flow < 10_000; flow++) {
            words[0] = 0xA1B2_C3D4_E5F6_0718L;
            words[2] = random.nextInt() & 0xFFFF_FFFFL;
            words[4] = random.nextInt() & 0xFFFF_FFFFL;
            words[5] = FlowKey.traits(random.nextInt(65_536), random.nextInt(65_536), 6, 4, Stickiness.FIVE_TUPLE);
            count[
                    ranking.pick(Hashing.xxh3_64(SEED)
                            .hashStream()
                            .putLongArray(words)
                            .getAsLong())]++;
        }
        double share = 10_000.0 / targetCount;
        for (int target = 0; target < targetCount; target++) {
            assertThat((double) count[target]).as("target %d", target).isBetween(0.9 * share, 1.1 * share);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 32, 100, 300})
    void sharesAreEqualByChiSquare(int targetCount) {
        int[] weights = new int[targetCount];
        Arrays.fill(weights, 1);
        assertChiSquare("equal weights", weights, seeded("chi-square, " + targetCount + " targets"));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 32, 100})
    void sharesAreProportionalToWeightsByChiSquare(int targetCount) {
        SplittableRandom random = seeded("weights, " + targetCount + " targets");
        int[] weights = new int[targetCount];
        for (int i = 0; i < targetCount; i++) {
            weights[i] = 1 + random.nextInt(i % 5 == 0 ? 1000 : 50);
        }
        assertChiSquare("random weights", weights, random);
    }

    @Test
    void sharesStayEqualWhenKeyHashesAreConsecutiveNumbers() {
        RendezvousRanking ranking = equal(10);
        int[] count = new int[10];
        for (long key = 0; key < 200_000; key++) {
            count[ranking.pick(key)]++;
        }
        int[] weights = new int[10];
        Arrays.fill(weights, 1);
        assertThat(chiSquare(count, weights, 200_000)).isLessThan(chiSquareLimit(10));
    }

    @Test
    void removingATargetMovesItsFlowsAndNoOther() {
        SplittableRandom random = seeded("removal");
        for (int targetCount : new int[] {2, 3, 10, 32}) {
            List<String> ids = ids(targetCount);
            int[] weights = random.ints(targetCount, 1, 20).toArray();
            RendezvousRanking before = ranking(ids, weights);
            for (int gone = 0; gone < targetCount; gone++) {
                List<String> left = new ArrayList<>(ids);
                left.remove(gone);
                int[] leftWeights = without(weights, gone);
                RendezvousRanking after = ranking(left, leftWeights);
                for (int flow = 0; flow < 2_000; flow++) {
                    long key = random.nextLong();
                    String was = ids.get(before.pick(key));
                    if (!was.equals(ids.get(gone))) {
                        assertThat(left.get(after.pick(key))).isEqualTo(was);
                    }
                }
            }
        }
    }

    @Test
    void addingATargetMovesItsShareAndOnlyToIt() {
        SplittableRandom random = seeded("addition");
        for (int targetCount : new int[] {1, 2, 9, 31}) {
            List<String> ids = ids(targetCount + 1);
            RendezvousRanking before = equal(targetCount);
            RendezvousRanking after = equal(targetCount + 1);
            int flows = 100_000;
            int moved = 0;
            for (int flow = 0; flow < flows; flow++) {
                long key = random.nextLong();
                int now = after.pick(key);
                if (now != before.pick(key)) {
                    assertThat(ids.get(now)).isEqualTo(ids.get(targetCount));
                    moved++;
                }
            }
            double share = 1.0 / (targetCount + 1);
            double sigma = Math.sqrt(flows * share * (1 - share));
            assertThat(Math.abs(moved - flows * share)).isLessThan(5 * sigma);
        }
    }

    @Test
    void orderOfTargetsDoesNotMatterToTheirFlows() {
        SplittableRandom random = seeded("order");
        List<String> ids = ids(12);
        int[] weights = random.ints(12, 1, 9).toArray();
        int[] reversedWeights = new int[12];
        for (int i = 0; i < 12; i++) {
            reversedWeights[i] = weights[11 - i];
        }
        RendezvousRanking forward = ranking(ids, weights);
        RendezvousRanking reversed = ranking(ids.reversed(), reversedWeights);
        for (int flow = 0; flow < 20_000; flow++) {
            long key = random.nextLong();
            assertThat(reversed.pick(key)).isEqualTo(11 - forward.pick(key));
        }
    }

    @Test
    void oneGroupsSharesSayNothingOfAnothers() {
        SplittableRandom random = seeded("groups");
        RendezvousRanking first = ranking(new TargetGroupId("first"), ids(4), new int[] {1, 1, 1, 1});
        RendezvousRanking second = ranking(new TargetGroupId("second"), ids(4), new int[] {1, 1, 1, 1});
        int[] pairs = new int[16];
        int[] weights = new int[16];
        Arrays.fill(weights, 1);
        for (int flow = 0; flow < 160_000; flow++) {
            long key = random.nextLong();
            pairs[first.pick(key) * 4 + second.pick(key)]++;
        }
        assertThat(chiSquare(pairs, weights, 160_000)).isLessThan(chiSquareLimit(16));
    }

    @Test
    void equalScoresGoToTheFirstTarget() {
        RendezvousRanking twins = new RendezvousRanking(new long[] {42, 42, 42}, new int[] {7, 7, 7});
        for (int n = 0; n < 1_000; n++) {
            assertThat(twins.pick(nthKey(n))).isZero();
        }
    }

    @Test
    void emptySetHasNoPick() {
        assertThat(new RendezvousRanking(new long[0], new int[0]).pick(1)).isEqualTo(RendezvousRanking.NONE);
    }

    @Test
    void refusesAWeightBelowOneAndArraysThatDiffer() {
        assertThatThrownBy(() -> new RendezvousRanking(new long[] {1}, new int[] {0}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weight 0");
        assertThatThrownBy(() -> new RendezvousRanking(new long[] {1}, new int[] {1, 1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertChiSquare(String what, int[] weights, SplittableRandom random) {
        RendezvousRanking ranking = ranking(ids(weights.length), weights);
        int flows = Math.max(100_000, 2_000 * weights.length);
        int[] count = new int[weights.length];
        for (int flow = 0; flow < flows; flow++) {
            count[ranking.pick(random.nextLong())]++;
        }
        assertThat(chiSquare(count, weights, flows)).as(what).isLessThan(chiSquareLimit(weights.length));
    }

    private static double chiSquare(int[] count, int[] weights, int flows) {
        double totalWeight = Arrays.stream(weights).sum();
        double sum = 0;
        for (int i = 0; i < count.length; i++) {
            double expected = flows * weights[i] / totalWeight;
            sum += (count[i] - expected) * (count[i] - expected) / expected;
        }
        return sum;
    }

    /** Wilson and Hilferty's approximation of the 99.99 % quantile for that many classes. */
    private static double chiSquareLimit(int classes) {
        double k = classes - 1;
        double z = 3.719;
        return k * Math.pow(1 - 2 / (9 * k) + z * Math.sqrt(2 / (9 * k)), 3);
    }

    private static RendezvousRanking equal(int targetCount) {
        int[] weights = new int[targetCount];
        Arrays.fill(weights, 1);
        return ranking(ids(targetCount), weights);
    }

    private static RendezvousRanking ranking(List<String> ids, int[] weights) {
        return ranking(GROUP, ids, weights);
    }

    private static RendezvousRanking ranking(TargetGroupId group, List<String> ids, int[] weights) {
        return new RendezvousRanking(
                ids.stream()
                        .mapToLong(id -> RendezvousRanking.fingerprint(group, new TargetId(id)))
                        .toArray(),
                weights);
    }

    private static List<String> ids(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add("10.0.%d.%d".formatted(i / 250, i % 250));
        }
        return ids;
    }

    private static int[] without(int[] weights, int index) {
        int[] left = new int[weights.length - 1];
        System.arraycopy(weights, 0, left, 0, index);
        System.arraycopy(weights, index + 1, left, index, left.length - index);
        return left;
    }

    private static long nthKey(long n) {
        return StableHash.mix(n * 0x9E37_79B9_7F4A_7C15L);
    }

    private static SplittableRandom seeded(String what) {
        System.out.println("seed of " + what + ": " + SEED);
        return new SplittableRandom(SEED);
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    private static List<String[]> vectors() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(RendezvousRankingTest.class.getResourceAsStream(VECTORS)),
                StandardCharsets.UTF_8))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .toList();
        }
    }
}
