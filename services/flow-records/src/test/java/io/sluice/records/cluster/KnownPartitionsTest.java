// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.records.cluster.KnownPartitions.Reading;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KnownPartitionsTest {

    private static final UUID MEMBER = new UUID(1, 1);
    private static final UUID JOINED_AGAIN = new UUID(1, 2);

    private final KnownPartitions known = new KnownPartitions(2);

    private boolean read(int partition, UUID member) {
        return known.end(partition, known.begin(partition, member), member);
    }

    @Test
    void whatWasReadIsKnownUntilItGoes() {
        assertThat(known.knows(0, MEMBER)).isFalse();
        assertThat(read(0, MEMBER)).isTrue();
        assertThat(known.knows(0, MEMBER)).isTrue();
        assertThat(known.knows(1, MEMBER)).isFalse();
        known.gone(1);
        assertThat(known.knows(0, MEMBER)).isTrue();
        known.gone(0);
        assertThat(known.knows(0, MEMBER)).isFalse();
        assertThat(read(0, MEMBER)).isTrue();
        assertThat(known.knows(0, MEMBER)).isTrue();
    }

    @Test
    void whatGoesWhileItIsReadIsNotKnown() {
        Reading reading = known.begin(0, MEMBER);
        known.gone(0);
        assertThat(known.end(0, reading, MEMBER)).isFalse();
        assertThat(known.knows(0, MEMBER)).isFalse();
    }

    /** P4: between the word that a merge begins and the member's leave of its cluster, that cluster is read. */
    @Test
    void p4WhatWasReadInAnotherClusterIsNotKnown() {
        known.allGone();
        assertThat(read(0, MEMBER)).isTrue();
        assertThat(known.knows(0, JOINED_AGAIN)).isFalse();
        Reading reading = known.begin(0, MEMBER);
        assertThat(known.end(0, reading, JOINED_AGAIN)).isFalse();
        assertThat(known.knows(0, JOINED_AGAIN)).isFalse();
        assertThat(read(0, JOINED_AGAIN)).isTrue();
        assertThat(known.knows(0, JOINED_AGAIN)).isTrue();
    }
}
