// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.packet.DecodeStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecodeDropsTest {

    @ParameterizedTest
    @EnumSource(value = DecodeStatus.class, names = "OK", mode = EnumSource.Mode.EXCLUDE)
    void everyStatusButOkHasAReason(DecodeStatus status) {
        assertThat(DecodeDrops.reason(status).sentence()).isNotEmpty();
    }

    @Test
    void aDecodedPacketHasNone() {
        assertThatThrownBy(() -> DecodeDrops.reason(DecodeStatus.OK)).isInstanceOf(IllegalArgumentException.class);
    }
}
