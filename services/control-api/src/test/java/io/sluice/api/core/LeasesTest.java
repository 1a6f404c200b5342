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
        assertThat(leases.takeEnded(30_999)).isEmpty();
        assertThat(leases.takeEnded(31_000)).containsExactly(FIRST);
        assertThat(leases.takeEnded(99_000)).as("once").isEmpty();
    }

    @Test
    void aRenewalCountsFromWhenItComes() {
        leases.grant(FIRST, 30_000, 0);
        assertThat(leases.grant(FIRST, 10_000, 25_000)).contains(new Leases.Lease(30_000, 30_000));
        assertThat(leases.takeEnded(34_999)).isEmpty();
        assertThat(leases.nextEndMs()).hasValue(35_000);
        assertThat(leases.takeEnded(35_000)).containsExactly(FIRST);
    }

    @Test
    void whatWasForgottenNeverEnds() {
        leases.grant(FIRST, 30_000, 0);
        leases.grant(SECOND, 30_000, 0);
        assertThat(leases.forget(FIRST)).isTrue();
        assertThat(leases.forget(FIRST)).isFalse();
        assertThat(leases.takeEnded(Long.MAX_VALUE)).containsExactly(SECOND);
    }

    @Test
    void goesBackToWhatCountedBefore() {
        leases.restore(FIRST, leases.grant(FIRST, 30_000, 0));
        assertThat(leases.of(FIRST)).isEmpty();
        leases.grant(FIRST, 30_000, 0);
        Optional<Leases.Lease> before = leases.grant(FIRST, 5_000, 20_000);
        leases.restore(FIRST, before);
        assertThat(leases.of(FIRST)).contains(new Leases.Lease(30_000, 30_000));
    }

    @Test
    void keepsOnlyWhoIsRegistered() {
        leases.grant(FIRST, 30_000, 0);
        leases.grant(SECOND, 30_000, 0);
        assertThat(leases.keepOnly(SECOND::equals)).isTrue();
        assertThat(leases.durations()).containsOnlyKeys(SECOND);
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
                    leases.forget(holder);
                    model.remove(holder);
                }
                default -> {
                    Set<Leases.Holder> overdue = new HashSet<>();
                    for (Map.Entry<Leases.Holder, Long> lease : model.entrySet()) {
                        if (lease.getValue() <= nowMs) {
                            overdue.add(lease.getKey());
                        }
                    }
                    assertThat(leases.takeEnded(nowMs))
                            .as("seed %d, step %d", seed, step)
                            .containsExactlyInAnyOrderElementsOf(overdue);
                    model.keySet().removeAll(overdue);
                }
            }
            assertThat(leases.durations().keySet())
                    .as("seed %d, step %d", seed, step)
                    .containsExactlyInAnyOrderElementsOf(model.keySet());
        }
    }
}
