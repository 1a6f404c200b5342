// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.TargetRef;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacBudgetTest {

    private final TargetDirectory targets = new TargetDirectory(index -> false);
    private final SharedByTarget<MacAccount> node = new SharedByTarget<>(MacAccount::new);
    private MacBudget budget = new MacBudget(targets, node);
    private int target;
    private long nowMs = 5_000;

    @BeforeEach
    void register() {
        targets.update(new RigModel().build());
        target = targets.indexOf(TARGET_A);
    }

    /** Fails as often as it may, at most so often; how often that was. */
    private int fail(int attempts) {
        int failed = 0;
        for (int i = 0; i < attempts && budget.allows(target, nowMs); i++) {
            budget.failed(target, 1, nowMs);
            failed++;
        }
        return failed;
    }

    private List<TargetRef> exceeded() {
        List<TargetRef> all = new ArrayList<>();
        budget.exceeded(all::add);
        return all;
    }

    @Test
    void fewerThanAHundredFailuresASecondAreBorneForEver() {
        for (int second = 0; second < 1_000; second++) {
            assertThat(fail(99)).isEqualTo(99);
            nowMs += 1_000;
        }
        assertThat(exceeded()).isEmpty();
        assertThat(budget.failedCount()).isEqualTo(99_000);
    }

    @Test
    void theHundredthAtOnceIsTheLastForAWhile() {
        assertThat(fail(20_000)).isEqualTo(MacAccount.PER_SECOND);
        assertThat(exceeded()).containsExactly(TARGET_A);
        assertThat(exceeded()).as("said once").isEmpty();
        nowMs += MacAccount.OFF_MS - 1;
        assertThat(fail(1)).isZero();
        nowMs += 1;
        assertThat(fail(20_000)).isEqualTo(MacAccount.PER_SECOND);
        assertThat(exceeded()).containsExactly(TARGET_A);
    }

    @Test
    void eachTargetHasItsOwn() {
        fail(20_000);
        assertThat(budget.allows(target, nowMs)).isFalse();
        assertThat(budget.allows(targets.indexOf(TARGET_B), nowMs)).isTrue();
    }

    private List<MacBudget> shards(int count) {
        return Stream.generate(() -> new MacBudget(targets, node)).limit(count).toList();
    }

    /** However many shards there are: one or two failures at a shard are nobody's end, and all together bear no more than one. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 35, 64})
    void theShardsOfANodeHaveOneBudget(int count) {
        List<MacBudget> shards = shards(count);
        int failed = 0;
        for (int i = 0; i < 20_000; i++) {
            MacBudget shard = shards.get(i % count);
            if (shard.allows(target, nowMs)) {
                shard.failed(target, 1, nowMs);
                failed++;
            }
        }
        assertThat(failed).isEqualTo(MacAccount.PER_SECOND);
        assertThat(shards).noneMatch(shard -> shard.allows(target, nowMs));
        nowMs += MacAccount.OFF_MS;
        assertThat(shards).allMatch(shard -> shard.allows(target, nowMs));
    }

    /** With two secrets a forged return costs two MACs, and more with two kinds of stickiness. */
    @Test
    void severalMacsAtOnceAreChargedAsSuch() {
        for (int i = 0; i < MacAccount.PER_SECOND / 4 - 1; i++) {
            assertThat(budget.allows(target, nowMs)).isTrue();
            budget.failed(target, 4, nowMs);
        }
        assertThat(budget.allows(target, nowMs)).isTrue();
        budget.failed(target, 4, nowMs);
        assertThat(budget.allows(target, nowMs)).isFalse();
    }

    @Test
    void noFailureIsLostBetweenShards() throws InterruptedException {
        MacAccount account = new MacAccount();
        AtomicInteger spent = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(thread -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 25; i++) {
                        if (account.failed(1, nowMs)) {
                            spent.incrementAndGet();
                        }
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(spent).hasValue(1);
        assertThat(account.allows(nowMs)).isFalse();
    }

    /** The index of a target that is gone stands for another, who has done nothing. */
    @Test
    void aRegistrationThatTakesOverAnIndexBeginsAnew() {
        fail(20_000);
        targets.update(
                new RigModel().targets(RigModel.target("fw-c", 0x0A01_0020)).build());
        assertThat(targets.ref(target)).isNotNull().isNotEqualTo(TARGET_A);
        assertThat(budget.allows(target, nowMs)).isTrue();
        assertThat(exceeded()).isEmpty();
    }

    /** No account outlives its registration, in whatever order shards notice. */
    @Test
    void anAccountIsClosedWhenNoShardKnowsItsTarget() {
        List<MacBudget> shards = shards(3);
        shards.forEach(shard -> shard.allows(target, nowMs));
        assertThat(node.size()).isOne();
        targets.update(GatewayModel.EMPTY);
        for (MacBudget shard : shards) {
            assertThat(node.size()).isOne();
            shard.exceeded(gone -> {
                throw new AssertionError(gone);
            });
        }
        assertThat(node.size()).isZero();
    }
}
