// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datagrams written byte by byte, into both sides of a real node over cables wide enough for the longest. */
class RawDatagramKernelIT {

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(RawDatagramScenario.class, directory);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void q1PacketsOf8500BytesPassAndOf8501AreDroppedAndCounted(int version) {
        String ip = "ipv" + version;
        assertThat(observed)
                .containsEntry(ip + ".8500.to-appliance", "8500 unchanged=true")
                .containsEntry(ip + ".8500.to-spoke", "8500 unchanged=true")
                .containsEntry(ip + ".8501.to-appliance", "0")
                .containsEntry(ip + ".8501.to-spoke", "0")
                .containsEntry(ip + ".8501.from-spoke.counted", "1.0")
                .containsEntry(ip + ".8501.from-appliance.counted", "1.0");
    }

    /** 8,567 bytes are too few for the longest packet and enough for the next shorter. */
    @Test
    void q2AnAppliancesLegNeeds8568Bytes() {
        assertThat(observed).containsEntry("narrow.8500", "0").containsEntry("narrow.8499", "8499");
    }

    /** The outer packet of 8,568 bytes arrived whole. */
    @Test
    void q3TheOverheadDoesNotCountAgainstThe8500() {
        assertThat(observed).containsEntry("ipv4.8500.to-appliance", "8500 unchanged=true");
    }

    @Test
    void q5WhatDoesNotFitThePathIsDroppedAndCountedAndNotFragmented() {
        assertThat(observed).containsEntry("narrow.8500", "0").containsEntry("narrow.8500.counted", "1.0");
    }

    @Test
    void w7AReturnsChecksumIsZeroOrRightOrTheKernelDropsIt() {
        assertThat(observed)
                .containsEntry("checksum.zero", "108")
                .containsEntry("checksum.right", "108")
                .containsEntry("checksum.wrong", "0")
                .containsEntry("checksum.wrong.seen", "0.0");
    }

    @Test
    void w27ADroppedPacketIsNotSignalled() {
        assertThat(observed).containsEntry("narrow.answered", "0");
    }
}
