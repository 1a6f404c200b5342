// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DatagramAggregateTest {

    private final DatagramAggregate aggregate = new DatagramAggregate();

    @Test
    void smallerOneJoinsAndClosesLargerOneDoesNotJoin() {
        aggregate.add(1_440);
        aggregate.add(1_440);
        assertThat(aggregate.takes(1_441)).isFalse();
        assertThat(aggregate.takes(60)).isTrue();
        aggregate.add(60);
        assertThat(aggregate.takes(60)).isFalse();
        assertThat(aggregate.takes(1)).isFalse();
        assertThat(aggregate.count()).isEqualTo(3);
        assertThat(aggregate.sizeBytes()).isEqualTo(1_440);
        assertThat(aggregate.totalBytes()).isEqualTo(2_940);
    }

    @Test
    void endsAtSixtyFourDatagrams() {
        for (int i = 0; i < 64; i++) {
            assertThat(aggregate.takes(60)).isTrue();
            aggregate.add(60);
        }
        assertThat(aggregate.takes(60)).isFalse();
    }

    @Test
    void endsAtTheLongestPayloadOfUdp() {
        for (int i = 0; i < 7; i++) {
            assertThat(aggregate.takes(8_508)).isTrue();
            aggregate.add(8_508);
        }
        assertThat(aggregate.takes(5_952)).isFalse();
        assertThat(aggregate.takes(5_951)).isTrue();
    }

    @Test
    void takesAnythingAgainWhenItIsClear() {
        aggregate.add(100);
        aggregate.add(60);
        aggregate.clear();
        assertThat(aggregate.takes(9_000)).isTrue();
        assertThat(aggregate.totalBytes()).isZero();
    }
}
