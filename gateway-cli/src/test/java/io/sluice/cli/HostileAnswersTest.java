// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway that is not one, or was told names by somebody hostile: what a terminal would obey does not reach it. */
class HostileAnswersTest {

    /** CSI in both forms, a title, a bidirectional override, a line separator, a tag of the 14th plane, and umlauts. */
    private static final String NAME = "\u001b[2Ja\u009b31mb\u001b]0;c\u0007d\u202ee\u2028f\udb40\udc41gäöü";

    private static final Pattern OBEYED = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n]]");

    private FakeGateway gateway;

    @BeforeEach
    void start() throws IOException {
        gateway = new FakeGateway();
        String json = new ObjectMapper().writeValueAsString(NAME);
        gateway.answer("GET /v1/targets", 200, "{\"targets\": [{\"id\": " + json + "}]}");
        gateway.answer("GET /v1/target-groups", 200, "{\"target-groups\": [{\"name\": " + json + "}]}");
        gateway.answer("GET /v1/config", 200, "zones: ['" + NAME + "']\n");
        gateway.answer("GET /metrics", 200, "sluice_x{a=\"" + NAME + "\"} 1\n");
        gateway.answer(
                "GET /v1/events", 200, "{\"kind\":\"drop\",\t\"node\": " + json + ",\"reason\":\"x\",\"packets\":1}\n");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "target list",
                "target list --output json",
                "target list --output yaml",
                "target-group list",
                "target-group list --output json",
                "target-group list --output yaml",
                "config export",
                "node metrics",
                "observe --count 1",
                "observe --count 1 --output json",
            })
    void onATerminalNothingIsObeyed(String command) {
        Cli.Result result = Cli.piped().typing("").run(gateway, command.split(" "));
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("[2Ja").contains("äöü");
        assertThat(OBEYED.matcher(result.out() + result.err()).find())
                .as(result.out())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"target list --output json", "target-group list --output json", "observe --count 1 --output json"
            })
    void jsonLosesNothing(String command) throws IOException {
        for (Cli cli : new Cli[] {Cli.piped(), Cli.piped().typing("")}) {
            JsonNode read = new ObjectMapper()
                    .readTree(cli.run(gateway, command.split(" ")).out());
            JsonNode element = read.has("node")
                    ? read.path("node")
                    : read.iterator().next().path(0);
            assertThat(
                            element.isTextual()
                                    ? element.asText()
                                    : element.iterator().next().asText())
                    .isEqualTo(NAME);
        }
    }

    @Test
    void whatIsPipedIsWhatTheGatewaySaid() {
        assertThat(Cli.piped().run(gateway, "config", "export").out()).isEqualTo("zones: ['" + NAME + "']\n");
        assertThat(Cli.piped().run(gateway, "node", "metrics").out()).contains(NAME);
    }
}
