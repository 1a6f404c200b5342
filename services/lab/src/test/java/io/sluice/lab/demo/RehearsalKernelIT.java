// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.lab.check.CaptureJudge;
import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.check.ObservedFlow;
import io.sluice.lab.check.TappedAppliance;
import io.sluice.lab.net.Sandbox;
import io.sluice.testkit.KernelCapability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo against a gateway that sends UDP over IPv6 to one appliance there and to another back: it must fail, say
 * exactly that, and find nothing else. Agent and appliances are the real ones.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RehearsalKernelIT {
    private static final long TIMEOUT_SECONDS = 180;

    private Path directory = Path.of("");
    private JsonNode report = new ObjectMapper().nullNode();
    private String progress = "";
    private int exitCode;

    @BeforeAll
    void run(@TempDir Path files) throws IOException, InterruptedException {
        directory = files;
        KernelCapability.require(KernelCapability.NETWORK_NAMESPACE, KernelCapability.TUN, KernelCapability.IPROUTE2);
        List<String> command = new ArrayList<>(
                Sandbox.javaCommand(Rehearsal.class, List.of(AsymmetricNode.class.getName(), "--quick", "--json")));
        command.add(command.indexOf("-cp"), "-Djava.io.tmpdir=" + directory);
        Path out = directory.resolve("report.json");
        Path err = directory.resolve("progress.txt");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        process.destroy();
        progress = Files.readString(err, StandardCharsets.UTF_8);
        assertThat(ended).as(progress).isTrue();
        exitCode = process.exitValue();
        report = new ObjectMapper().readTree(out.toFile());
    }

    @Test
    void failsAndNamesTheChecksThatBrokenSymmetryBreaks() {
        assertThat(exitCode).as(progress).isOne();
        List<String> failed = new ArrayList<>();
        for (JsonNode check : report.path("checks")) {
            if (!check.path("ok").asBoolean()) {
                failed.add(check.path("name").asText());
            }
        }
        // While an appliance is dead, half of these flows have one direction through it: those fail, visibly.
        assertThat(failed)
                .as(progress)
                .contains(
                        "first-flows-symmetric",
                        "first-symmetry",
                        "failure-flows-symmetric",
                        "recovery-flows-symmetric",
                        "whole-run-symmetry")
                .isSubsetOf(
                        "first-flows-symmetric",
                        "first-symmetry",
                        "failure-flows-symmetric",
                        "failure-udp-ipv6-from-application",
                        "new-flows-go-to-the-survivor",
                        "recovery-flows-symmetric",
                        "whole-run-symmetry");
    }

    @Test
    void marksExactlyTheFlowsOfUdpOverIpv6AsNotSymmetric() {
        assertThat(report.path("flows").size()).as(progress).isGreaterThan(200);
        for (JsonNode flow : report.path("flows")) {
            boolean broken = flow.path("protocol").asText().equals("udp")
                    && flow.path("source").asText().contains(":");
            assertThat(flow.path("symmetric").asBoolean()).as(flow.toString()).isEqualTo(!broken);
        }
    }

    @Test
    void keepsLogsAndCapturesOfARunThatFailed() throws IOException {
        assertThat(progress).contains("logs and captures are in " + directory);
        for (Zone.Appliance appliance : Zone.allAppliances()) {
            assertThat(capture(appliance.name())).isNotEmptyFile();
        }
    }

    /** The judge's reading of what it was given, against an independent decoder's. */
    @Test
    void tsharkReadsTheCapturesAsTheJudgeDoes() throws IOException, InterruptedException {
        KernelCapability.TSHARK.require();
        CaptureJudge judge =
                new CaptureJudge(Zone.ALL.stream().map(Zone::endpoint).toList());
        Map<String, Integer> packets = new TreeMap<>();
        for (Zone zone : Zone.ALL) {
            for (TappedAppliance appliance : zone.tapped(false)) {
                Path capture = capture(appliance.name());
                judge.read(appliance, capture);
                for (Tshark.Packet packet : Tshark.packetsTo(appliance.address().toString(), capture)) {
                    packets.merge(packet.endpoint() + " " + packet.cookie() + " " + packet.tuple(), 1, Integer::sum);
                }
            }
        }
        Map<String, Integer> judged = new TreeMap<>();
        for (ObservedFlow flow : judge.verdict().flows()) {
            String tuple = Tshark.tuple(
                    flow.protocol(),
                    end(flow.protocol(), flow.source(), flow.sourcePort()),
                    end(flow.protocol(), flow.destination(), flow.destinationPort()));
            // One cookie for each flow: so the counts can be compared flow by flow.
            assertThat(flow.cookies()).hasSize(1);
            String endpoint = flow.endpoint().substring("vpce-0".length());
            String cookie = String.format("%08x", flow.cookies().first());
            judged.put(endpoint + " " + cookie + " " + tuple, Math.toIntExact(flow.packetsSent()));
        }
        assertThat(packets).isEqualTo(judged);
    }

    private static String end(int protocol, HostAddress address, int port) {
        boolean ports = protocol == FlowName.TCP || protocol == FlowName.UDP;
        return ports ? address + " " + port : address.toString();
    }

    private Path capture(String appliance) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.endsWith(appliance + ".pcap"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
