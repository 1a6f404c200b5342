// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OwnerHashTest {

    private static final int SEED = 0x5EED_0A11;

    /** Addresses as people number them; the index runs over clients, then servers. */
    record Plan(String name, IntBinaryOperator client, IntBinaryOperator server) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static int v4(int a, int b, int c, int d) {
        return a << 24 | b << 16 | c << 8 | d;
    }

    static Stream<Plan> plans() {
        return Stream.of(
                new Plan(
                        "a subnet to a subnet",
                        (client, server) -> v4(10, 0, 0, client + 1),
                        (client, server) -> v4(10, 1, 0, server + 1)),
                new Plan(
                        "each to its neighbour of the other subnet",
                        (client, server) -> v4(10, 0, server, client + 1),
                        (client, server) -> v4(10, 1, server, client + 1)),
                new Plan(
                        "many clients of one server",
                        (client, server) -> v4(10, 20, server, client),
                        (client, server) -> v4(203, 0, 113, 10)),
                new Plan(
                        "one client of many servers",
                        (client, server) -> v4(10, 20, 0, 5),
                        (client, server) -> v4(198, 51, client, server)),
                new Plan(
                        "steps of 256",
                        (client, server) -> v4(10, client, server, 1),
                        (client, server) -> v4(10, server, client, 1)),
                new Plan(
                        "the same differences",
                        (client, server) -> v4(10, 0, 0, 0) + client * 64 + server,
                        (client, server) -> v4(10, 0, 0, 0) + client * 64 + server + 1));
    }

    /** 10,000 pairs: no shard has a quarter more or less than its part. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("plans")
    void spreadsRegularAddressPlans(Plan plan) {
        for (int shards : new int[] {2, 3, 4, 8}) {
            OwnerHash hash = new OwnerHash(shards, SEED);
            int[] counts = new int[shards];
            for (int client = 0; client < 100; client++) {
                for (int server = 0; server < 100; server++) {
                    counts[
                            hash.ofIpv4(
                                    plan.client.applyAsInt(client, server), plan.server.applyAsInt(client, server))]++;
                }
            }
            int even = 10_000 / shards;
            assertThat(Arrays.stream(counts).boxed())
                    .as("%d shards: %s", shards, Arrays.toString(counts))
                    .allSatisfy(count -> assertThat(count).isBetween(even * 3 / 4, even * 5 / 4));
        }
    }

    @Test
    void spreadsIpv6HostsOfOnePrefix() {
        OwnerHash hash = new OwnerHash(4, SEED);
        int[] counts = new int[4];
        for (int host = 0; host < 10_000; host++) {
            counts[hash.ofIpv6(0x2001_0DB8_0020_0000L, host, 0x2001_0DB8_CB00_0000L, 0x10)]++;
        }
        assertThat(Arrays.stream(counts).boxed())
                .as(Arrays.toString(counts))
                .allSatisfy(count -> assertThat(count).isBetween(2_300, 2_700));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 64})
    void isTheSameForBothDirections(int shards) {
        Random random = new Random(SEED);
        OwnerHash hash = new OwnerHash(shards, random.nextInt());
        for (int i = 0; i < 10_000; i++) {
            int one = random.nextInt();
            int other = random.nextInt();
            assertThat(hash.ofIpv4(one, other))
                    .isEqualTo(hash.ofIpv4(other, one))
                    .isBetween(0, shards - 1);
            long a = random.nextLong();
            long b = random.nextLong();
            long c = random.nextLong();
            long d = random.nextLong();
            assertThat(hash.ofIpv6(a, b, c, d))
                    .isEqualTo(hash.ofIpv6(c, d, a, b))
                    .isBetween(0, shards - 1);
        }
    }

    @Test
    void anotherSeedIsAnotherAssignment() {
        OwnerHash one = new OwnerHash(2, SEED);
        OwnerHash other = new OwnerHash(2, SEED + 1);
        long moved = 0;
        for (int host = 0; host < 1_000; host++) {
            moved += one.ofIpv4(host, 7) == other.ofIpv4(host, 7) ? 0 : 1;
        }
        assertThat(moved).isBetween(400L, 600L);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65})
    void refusesNumbersOfShardsThatAreNone(int shards) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OwnerHash(shards, SEED))
                .withMessageContaining("1 to 64");
    }
}
