// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeasesTest {

    private static final Leases.Holder FIRST = holder("10.1.0.11");
    private static final Leases.Holder SECOND = holder("10.1.0.12");

    private final Leases leases = new Leases();

    private static Leases.Holder holder(String id) {
        return new Leases.Holder(new TargetGroupId("firewalls"), new TargetId(id));
    }

    @Test
    void endsWhenItsTimeIsOverAndNotBefore() {
        leases.grant(FIRST, 30_000, 1_000);
        assertThat(leases.ended(30_999)).isEmpty();
        assertThat(leases.ended(31_000)).containsOnlyKeys(FIRST);
        assertThat(leases.ended(99_000)).as("until it is taken away").containsOnlyKeys(FIRST);
    }

    @Test
    void aRenewalCountsFromWhenItComes() {
        leases.grant(FIRST, 30_000, 0);
        assertThat(leases.grant(FIRST, 10_000, 25_000)).contains(new Leases.Lease(30_000, 30_000));
        assertThat(leases.ended(34_999)).isEmpty();
        assertThat(leases.nextEndMs()).hasValue(35_000);
        assertThat(leases.ended(35_000)).containsOnlyKeys(FIRST);
    }

    @Test
    void whatWasTakenAwayNeverEnds() {
        leases.grant(FIRST, 30_000, 0);
        leases.grant(SECOND, 30_000, 0);
        leases.replace(FIRST, leases.of(FIRST), Optional.empty());
        assertThat(leases.ended(Long.MAX_VALUE)).containsOnlyKeys(SECOND);
    }

    @Test
    void isReplacedOnlyWhereItIsTheSameStill() {
        leases.grant(FIRST, 30_000, 0);
        Optional<Leases.Lease> old = leases.of(FIRST);
        leases.grant(FIRST, 5_000, 20_000);
        leases.replace(FIRST, old, Optional.empty());
        leases.replace(FIRST, Optional.empty(), old);
        assertThat(leases.of(FIRST)).contains(new Leases.Lease(5_000, 25_000));
        leases.replace(FIRST, leases.of(FIRST), old);
        assertThat(leases.of(FIRST)).isEqualTo(old);
    }

    @Test
    void aRenewalThatWaitsCountsFromWhenItWasAskedFor() {
        leases.grant(FIRST, 30_000, 0);
        leases.asked(FIRST, 29_000);
        leases.asked(FIRST, 10_000);
        leases.asked(SECOND, 29_000);
        assertThat(leases.of(FIRST)).contains(new Leases.Lease(30_000, 59_000));
        assertThat(leases.of(SECOND)).isEmpty();
    }

    @Test
    void aStandstillIsAddedToAll() {
        leases.grant(FIRST, 30_000, 0);
        leases.grant(SECOND, 10_000, 0);
        leases.prolong(60_000);
        assertThat(leases.ended(69_999)).isEmpty();
        assertThat(leases.ended(89_999)).containsOnlyKeys(SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4_999, 3_600_001, -1})
    void refusesWhatIsNoLease(long durationMs) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> leases.grant(FIRST, durationMs, 0))
                .withMessageContaining("expected 5000 to 3600000");
    }

    /** Whatever is granted, renewed and forgotten, whenever one looks: exactly the overdue ones end, once each. */
    @Test
    void endsExactlyWhatIsOverdueWhateverHappened() {
        long seed = Long.getLong("sluice.seed", System.nanoTime());
        System.out.println("seed=" + seed);
        Random random = new Random(seed);
        Map<Leases.Holder, Long> model = new HashMap<>();
        long nowMs = 0;
        for (int step = 0; step < 20_000; step++) {
            nowMs += random.nextInt(3_000);
            Leases.Holder holder = holder("10.1.0." + random.nextInt(20));
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    long durationMs = 5_000L + random.nextInt(60_000);
                    leases.grant(holder, durationMs, nowMs);
                    model.put(holder, nowMs + durationMs);
                }
                case 2 -> {
                    leases.replace(holder, leases.of(holder), Optional.empty());
                    model.remove(holder);
                }
                default -> {
                    Set<Leases.Holder> overdue = new HashSet<>();
                    for (Map.Entry<Leases.Holder, Long> lease : model.entrySet()) {
                        if (lease.getValue() <= nowMs) {
                            overdue.add(lease.getKey());
                        }
                    }
                    Map<Leases.Holder, Leases.Lease> ended = leases.ended(nowMs);
                    assertThat(ended.keySet())
                            .as("seed %d, step %d", seed, step)
                            .containsExactlyInAnyOrderElementsOf(overdue);
                    ended.forEach((who, lease) -> leases.replace(who, Optional.of(lease), Optional.empty()));
                    model.keySet().removeAll(overdue);
                }
            }
            assertThat(leases.those((who, lease) -> true).keySet())
                    .as("seed %d, step %d", seed, step)
                    .containsExactlyInAnyOrderElementsOf(model.keySet());
        }
    }
}
