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

/** TCP segments of no flow at a real node: outside a recovery window, inside one, and after it. */
class ResetAndRecoveryKernelIT {

    private static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(ResetAndRecoveryScenario.class, directory);
    }

    private static String rst(String flags, String sequence, String acknowledgment) {
        return "flags=%s seq=%s ack=%s reversed=true bytes=20 checksum=ffff".formatted(flags, sequence, acknowledgment);
    }

    /** First start, empty data directory: absence proves something at once. */
    @ParameterizedTest
    @ValueSource(strings = {"first", "after"})
    void f16OutsideARecoveryWindowASegmentOfNoFlowIsDroppedOrReset(String when) {
        assertThat(observed)
                .containsEntry("first.windows", "0.0")
                .containsEntry(when + ".switched-off", "nothing")
                .containsEntry(when + ".at-appliances", "0")
                .containsEntry(when + ".dropped", "9.0");
    }

    /** Killed and started again with its data directory, it cannot know whose flow that was. */
    @Test
    void f16InsideARecoveryWindowASegmentOfNoFlowIsAdopted() {
        assertThat(observed)
                .containsEntry("second.windows", "1.0")
                .containsEntry("inside.resets", "0.0")
                .containsEntry("inside.dropped", "0.0");
        // a third one where the journal had not been written when the node was killed
        assertThat(observed.get("inside.adopted")).isIn("2.0", "3.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "after"})
    void t14OnlyTheNextPacketIsAnsweredAndASynOpensAFlow(String when) {
        assertThat(observed).containsEntry(when + ".resets", "6.0").containsEntry(when + ".syn", "passes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "after"})
    void t15AResetHasTheRightNumbersAndAddressesReversed(String when) {
        assertThat(observed)
                .containsEntry(when + ".ack", rst("04", "deadbeef", "00000000"))
                .containsEntry(when + ".push", rst("04", "ffffffff", "00000000"))
                .containsEntry(when + ".syn-ack", rst("04", "00000063", "00000000"))
                .containsEntry(when + ".ipv6", rst("04", "00000006", "00000000"))
                // sequence number, five bytes, and the FIN
                .containsEntry(when + ".fin", rst("14", "00000000", "000003ee"))
                .containsEntry(when + ".wraps", rst("14", "00000000", "00000003"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"first", "after"})
    void t15AResetIsNeverAnswered(String when) {
        assertThat(observed).containsEntry(when + ".rst", "nothing").containsEntry(when + ".rst-ack", "nothing");
    }

    @Test
    void everyPacketIsAccountedFor() {
        assertThat(observed).containsEntry("imbalance", "0");
    }
}
