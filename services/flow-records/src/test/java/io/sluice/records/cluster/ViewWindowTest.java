// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ViewWindowTest {

    private static final UUID A = new UUID(1, 1);
    private static final UUID B = new UUID(1, 2);
    private static final UUID C = new UUID(1, 3);

    private final ViewWindow window = new ViewWindow();

    @Test
    void p3IsOpenFromTheStartUntilTheViewIsComplete() {
        window.members(Set.of(A, B, C), 3, 3, 0);
        assertThat(window.isOpen(1_000_000)).isTrue();
        window.complete();
        assertThat(window.isOpen(1_000_000)).isFalse();
    }

    /** P4: the rest has a majority; the one that is gone may decide for itself for a moment. */
    @Test
    void p4OpensForAWhileWhenAMemberIsLost() {
        window.complete();
        window.members(Set.of(A, B, C), 3, 3, 0);
        assertThat(window.isOpen(0)).as("members that come").isFalse();
        window.members(Set.of(A, B), 2, 3, 10_000);
        assertThat(window.isOpen(14_999)).isTrue();
        assertThat(window.isOpen(15_000)).isFalse();
        window.members(Set.of(A, B), 2, 3, 20_000);
        assertThat(window.isOpen(20_000)).as("nothing new").isFalse();
    }

    /** P4: what a minority decides gives way, for as long as it is one. */
    @Test
    void p4StaysOpenWithoutAMajority() {
        window.complete();
        window.members(Set.of(A, B, C), 3, 3, 0);
        for (long nowMs = 10_000; nowMs < 60_000; nowMs += 500) {
            window.members(Set.of(A), 1, 3, nowMs);
            assertThat(window.isOpen(nowMs)).isTrue();
        }
        // it joins again, under another id
        window.members(Set.of(C, B), 2, 3, 60_000);
        assertThat(window.isOpen(64_999)).as("records are on their way").isTrue();
        assertThat(window.isOpen(65_000)).isFalse();
    }

    @Test
    void halfIsNoMajority() {
        window.complete();
        window.members(Set.of(A), 1, 2, 0);
        assertThat(window.isOpen(0)).isTrue();
    }

    @Test
    void whoIsAloneByDesignHasEverybody() {
        window.complete();
        window.members(Set.of(A), 0, 0, 0);
        assertThat(window.isOpen(0)).isFalse();
        window.members(Set.of(A), 1, 1, 0);
        assertThat(window.isOpen(0)).isFalse();
    }

    @Test
    void oneThatComesBackUnderAnotherIdWasLost() {
        window.complete();
        window.members(Set.of(A, B), 2, 2, 0);
        window.members(Set.of(A, C), 2, 2, 1_000);
        assertThat(window.isOpen(1_000)).isTrue();
        assertThat(window.isOpen(6_000)).isFalse();
    }
}
