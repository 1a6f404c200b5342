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
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Appliances of a live node that change what they return: each change that matters is dropped under its own reason and
 * the flow's next packet passes, each that does not matter passes.
 */
class TamperingKernelIT {

    /** Set by the one who runs the scenario, also in a class that runs it with more shards. */
    static Map<String, String> observed = Map.of();

    @BeforeAll
    static void run(@TempDir Path directory, TestInfo test) throws IOException, InterruptedException {
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.IPROUTE2);
        observed = Scenario.run(test, TamperingScenario.class, directory);
    }

    private static void dropped(String name, String reason) {
        assertThat(observed)
                .containsEntry(name + ".spoke", "0")
                .containsEntry(name + ".drops", "{" + reason + "=1}")
                .containsEntry(name + ".then", "1");
    }

    private static void passed(String name) {
        assertThat(observed)
                .containsEntry(name + ".spoke", "1")
                .containsEntry(name + ".drops", "{}")
                .containsEntry(name + ".then", "1");
    }

    /** Section 1.2 of the sheet: what makes a header unreadable. */
    @ParameterizedTest
    @CsvSource({
        "version, geneve_version",
        "control, geneve_control",
        "protocol-type, geneve_protocol_type",
        "inner-version, inner_version_mismatch",
        "options-overrun, geneve_options_overrun",
        "critical-option, geneve_critical_option_unknown",
        "truncated, geneve_truncated",
    })
    void dropsWhatIsNoGenevePacketForUs(String name, String reason) {
        dropped(name, reason);
    }

    @ParameterizedTest
    @CsvSource({
        "missing-1, option_missing",
        "missing-2, option_missing",
        "missing-3, option_missing",
        "length-1, option_length",
        "length-2, option_length",
        "length-3, option_length",
        "duplicate, option_duplicate",
        "endpoint-unknown, return_endpoint_unknown",
        "endpoint-other, return_endpoint_mismatch",
        "cookie-wrong, return_cookie_mismatch",
        "cookie-of-another-flow, return_cookie_mismatch",
        "other-target, return_target_mismatch",
    })
    void w19WrongOptionsAreDroppedEachUnderItsReason(String name, String reason) {
        dropped(name, reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tuple-port", "tuple-address", "tuple-protocol"})
    void w21AChangedInnerTupleIsDropped(String name) {
        dropped(name, "return_tuple_mismatch");
    }

    /** With {@code return-tuple-check: false} it passes, and a wrong cookie still does not. */
    @Test
    void w21ASwitchRelaxesTheCheckOfTheTuple() {
        assertThat(observed)
                .containsEntry("unchecked.spoke", "1")
                .containsEntry("unchecked.drops", "{}")
                .containsEntry("unchecked.wrong-cookie.spoke", "0")
                .containsEntry("unchecked.wrong-cookie.drops", "{return_cookie_mismatch=1}");
    }

    @Test
    void w17TheCookieOfAConnectionBeforeOnTheSameTupleIsDropped() {
        assertThat(observed)
                .containsEntry("reused.new-cookie", "true")
                .containsEntry("reused.spoke", "0")
                .containsEntry("reused.drops", "{return_cookie_mismatch=1}")
                .containsEntry("reused.then", "1");
    }

    @Test
    void w23AnApplianceCannotOriginateTraffic() {
        dropped("flow-unknown", "return_flow_unknown");
    }

    @Test
    void w10AStrangerIsDropped() {
        dropped("stranger", "target_unknown");
    }

    @Test
    void w3SwappedPortsAreDropped() {
        dropped("swapped-ports", "return_port");
    }

    @Test
    void w5AnySourcePortIsTakenOnReturn() {
        passed("any-source-port");
    }

    @Test
    void w11ReservedBitsAreMasked() {
        passed("reserved-bits");
        passed("option-reserved-bits");
    }

    @Test
    void w15OptionsMayComeInAnyOrderAndUnknownOnesAreSkipped() {
        passed("other-order");
        passed("vni");
    }

    @Test
    void w22PayloadTtlAndDscpMayChange() {
        passed("payload-and-ttl");
    }

    @Test
    void w24AnAppliancesReplyInsideAFlowPasses() {
        passed("reply-of-the-appliance");
    }

    @Test
    void everyPacketIsAccountedFor() {
        assertThat(observed).containsEntry("imbalance", "0");
    }
}
