// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.geneve.core.TargetDirectory;
import io.sluice.model.id.TargetRef;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MacBudgetTest {

    private final TargetDirectory targets = new TargetDirectory(index -> false);
    private MacBudget budget = new MacBudget(targets, 1);
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
        assertThat(fail(20_000)).isEqualTo(MacBudget.PER_SECOND);
        assertThat(exceeded()).containsExactly(TARGET_A);
        assertThat(exceeded()).as("said once").isEmpty();
        nowMs += MacBudget.OFF_MS - 1;
        assertThat(fail(1)).isZero();
        nowMs += 1;
        assertThat(fail(20_000)).isEqualTo(MacBudget.PER_SECOND);
        assertThat(exceeded()).containsExactly(TARGET_A);
    }

    @Test
    void eachTargetHasItsOwn() {
        fail(20_000);
        assertThat(budget.allows(target, nowMs)).isFalse();
        assertThat(budget.allows(targets.indexOf(TARGET_B), nowMs)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 64})
    void theShardsOfANodeTogetherBearNoMoreThanOne(int shards) {
        int sum = 0;
        for (int shard = 0; shard < shards; shard++) {
            budget = new MacBudget(targets, shards);
            int failed = fail(20_000);
            assertThat(failed).isPositive();
            sum += failed;
        }
        assertThat(sum).isLessThanOrEqualTo(MacBudget.PER_SECOND);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void aPartIsFilledUpInASecond(int shards) {
        budget = new MacBudget(targets, shards);
        int part = fail(20_000);
        nowMs += MacBudget.OFF_MS;
        // all but one, so that it stays on
        int most = fail(part - 1);
        nowMs += 1_000;
        assertThat(fail(most)).isEqualTo(most);
        assertThat(budget.allows(target, nowMs)).isTrue();
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
}
