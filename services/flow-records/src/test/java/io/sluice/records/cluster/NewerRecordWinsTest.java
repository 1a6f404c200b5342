// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.wire.WireCodecs;
import io.sluice.records.FlowSamples;
import org.junit.jupiter.api.Test;

class NewerRecordWinsTest {

    private static final byte[] OLDER = WireCodecs.FLOW_RECORD.encode(FlowSamples.flow(7, 1));
    private static final byte[] NEWER = WireCodecs.FLOW_RECORD.encode(FlowSamples.flow(7, 2));
    private static final byte[] DAMAGED = {99, 1, 2};

    @Test
    void theNewerStaysWhicheverSideItIsOn() {
        assertThat(NewerRecordWins.newer(OLDER, NEWER)).isSameAs(NEWER);
        assertThat(NewerRecordWins.newer(NEWER, OLDER)).isSameAs(NEWER);
    }

    @Test
    void whatIsOnOneSideOnlyStays() {
        assertThat(NewerRecordWins.newer(OLDER, null)).isSameAs(OLDER);
        assertThat(NewerRecordWins.newer(null, OLDER)).isSameAs(OLDER);
        assertThat(NewerRecordWins.newer(null, null)).isNull();
    }

    @Test
    void whatCannotBeReadGivesWay() {
        assertThat(NewerRecordWins.newer(DAMAGED, OLDER)).isSameAs(OLDER);
        assertThat(NewerRecordWins.newer(OLDER, DAMAGED)).isSameAs(OLDER);
        assertThat(NewerRecordWins.newer(DAMAGED, DAMAGED.clone())).isEqualTo(DAMAGED);
    }
}
