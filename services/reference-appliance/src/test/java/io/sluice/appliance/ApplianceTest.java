// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.appliance.core.ApplianceMode;
import io.sluice.appliance.core.Tamper;
import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole appliance over real sockets: the node has 127.0.0.1, the appliance 127.0.0.2. */
class ApplianceTest {
    private static final InetAddress NODE = InetAddress.ofLiteral("127.0.0.1");
    private static final String APPLIANCE = "127.0.0.2";
    private static final int RECEIVE_TIMEOUT_MS = 5_000;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private DatagramSocket returns;
    private DatagramSocket sender;
    private Appliance appliance;

    /** The port that the node gets returned packets at is the one that the appliance listens on (W-2, W-3). */
    @BeforeEach
    void start() throws IOException {
        returns = new DatagramSocket(new InetSocketAddress(NODE, 0));
        returns.setSoTimeout(RECEIVE_TIMEOUT_MS);
        sender = new DatagramSocket(new InetSocketAddress(NODE, 0));
        appliance = Appliance.start(new ApplianceSettings(
                at(returns.getLocalPort()),
                at(freeTcpPort()),
                at(freeTcpPort()),
                directory.resolve("flows.log"),
                ApplianceMode.NORMAL));
    }

    @AfterEach
    void stop() {
        appliance.close();
        returns.close();
        sender.close();
        http.close();
    }

    private static Ipv4SocketAddress at(int port) {
        return Ipv4SocketAddress.parse(APPLIANCE + ":" + port);
    }

    private static int freeTcpPort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral(APPLIANCE))) {
            return probe.getLocalPort();
        }
    }

    private void send(DatagramSocket from, String hex) throws IOException {
        byte[] bytes = Packets.bytes(hex);
        from.send(new DatagramPacket(bytes, bytes.length, appliance.listenAddress()));
    }

    private DatagramPacket receive(DatagramSocket at) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
        at.receive(packet);
        return packet;
    }

    private String receivedHex(DatagramSocket at) throws IOException {
        DatagramPacket packet = receive(at);
        return Packets.hex(Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    private Statistics statistics() {
        try {
            return appliance.statistics().get();
        } catch (ExecutionException failed) {
            throw new AssertionError(failed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stopping);
        }
    }

    private HttpResponse<String> ask(InetSocketAddress port, String path, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        URI uri = URI.create("http://" + APPLIANCE + ":" + port.getPort() + path);
        return http.send(request.uri(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> become(String mode) throws IOException, InterruptedException {
        return ask(
                appliance.controlAddress(),
                "/mode",
                HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofString(mode)));
    }

    @ParameterizedTest
    @ValueSource(strings = {Packets.SYN_PACKET, Packets.SYN_ACK_PACKET, Packets.UDP6_PACKET})
    void returnsTheSameBytesWithAddressesSwappedAndPortsKept(String packet) throws IOException {
        send(sender, packet);

        DatagramPacket returned = receive(returns);

        assertThat(Packets.hex(Arrays.copyOf(returned.getData(), returned.getLength())))
                .isEqualTo(packet);
        assertThat(returned.getAddress().getHostAddress()).isEqualTo(APPLIANCE);
        assertThat(returned.getPort()).isEqualTo(sender.getLocalPort());
    }

    @Test
    void keepsThePortOfEachFlow() throws IOException {
        try (DatagramSocket other = new DatagramSocket(new InetSocketAddress(NODE, 0))) {
            for (DatagramSocket from : new DatagramSocket[] {sender, other, sender}) {
                send(from, Packets.SYN_PACKET);
                assertThat(receive(returns).getPort()).isEqualTo(from.getLocalPort());
            }
        }
        assertThat(statistics().returnSockets()).isEqualTo(2);
    }

    @Test
    void countsFlowsByDirection() throws IOException {
        send(sender, Packets.SYN_PACKET);
        send(sender, Packets.SYN_ACK_PACKET);
        receive(returns);
        receive(returns);

        Statistics statistics = statistics();

        assertThat(statistics.received()).isEqualTo(2);
        assertThat(statistics.returned()).isEqualTo(2);
        assertThat(statistics.flows()).singleElement().satisfies(flow -> {
            assertThat(flow.cookie()).isEqualTo("0xc0ffee01");
            assertThat(flow.protocol()).isEqualTo(6);
            assertThat(flow.source()).isEqualTo("10.20.0.5:40000");
            assertThat(flow.destination()).isEqualTo("203.0.113.10:443");
            assertThat(flow.forwardPackets()).isEqualTo(1);
            assertThat(flow.reversePackets()).isEqualTo(1);
        });
    }

    @Test
    void writesALineForEachDirectionOfANewFlow() throws IOException {
        for (int i = 0; i < 2; i++) {
            send(sender, Packets.SYN_PACKET);
            send(sender, Packets.SYN_ACK_PACKET);
            receive(returns);
            receive(returns);
        }
        Path log = directory.resolve("flows.log");
        await().until(() -> Files.readAllLines(log).size() == 2);
        assertThat(Files.readAllLines(log).get(0))
                .contains("direction=forward", "cookie=0xc0ffee01", "from=10.20.0.5:40000", "gateway=127.0.0.1");
        assertThat(Files.readAllLines(log).get(1)).contains("direction=reverse", "from=203.0.113.10:443");
    }

    static Stream<Arguments> modesThatReturnNothing() {
        return Stream.of(
                Arguments.of("drop", "mode_drop"),
                Arguments.of("silent", "mode_silent"),
                Arguments.of("deny=443", "rule_deny"));
    }

    @ParameterizedTest
    @MethodSource("modesThatReturnNothing")
    void returnsNothingWhenToldAndAgainWhenToldOtherwise(String mode, String reason)
            throws IOException, InterruptedException {
        assertThat(become(mode).statusCode()).isEqualTo(200);
        send(sender, Packets.SYN_PACKET);
        await().until(() -> statistics().dropped().containsKey(reason));
        assertThat(statistics().returned()).isZero();

        assertThat(become("normal").statusCode()).isEqualTo(200);
        send(sender, Packets.SYN_PACKET);
        assertThat(receivedHex(returns)).isEqualTo(Packets.SYN_PACKET);
    }

    static Stream<Arguments> tampered() {
        String inverted = Packets.SYN_PACKET.replace("c0ffee01", "3f0011fe");
        String without2 = "0500080000000000" + Packets.ENDPOINT + Packets.COOKIE + Packets.SYN;
        String reordered = Packets.HEADER_V4 + Packets.COOKIE + Packets.ATTACHMENT + Packets.ENDPOINT + Packets.SYN;
        return Stream.of(
                Arguments.of("cookie", inverted), Arguments.of("option2", without2), Arguments.of("order", reordered));
    }

    @ParameterizedTest
    @MethodSource("tampered")
    void returnsPacketsChangedAsTold(String what, String expected) throws IOException, InterruptedException {
        become("tamper=" + what);
        send(sender, Packets.SYN_PACKET);
        assertThat(receivedHex(returns)).isEqualTo(expected);
    }

    @Test
    void returnsTheCookieOfThePreviousIncarnationWhenTold() throws IOException, InterruptedException {
        String before = Packets.SYN_PACKET.replace("c0ffee01", "c0ffee00");
        send(sender, before);
        assertThat(receivedHex(returns)).isEqualTo(before);
        become("tamper=old-cookie");
        send(sender, Packets.SYN_PACKET);
        assertThat(receivedHex(returns)).isEqualTo(before);
    }

    /** A gateway's probes have endpoint id 0 and a new cookie each. */
    @Test
    void returnsProbesAndCountsThemApartFromFlows() throws IOException {
        String probe = Packets.SYN_PACKET.replace("a1b2c3d4e5f60718", "0000000000000000");
        send(sender, probe);
        assertThat(receivedHex(returns)).isEqualTo(probe);
        assertThat(statistics().probes()).isOne();
        assertThat(statistics().flowsSeen()).isZero();
        assertThat(statistics().json()).contains("\"probes\":1");
    }

    @Test
    void helpNamesEveryModeAndEveryWayToTamper() {
        String help = ApplianceMain.commandLine().getUsageMessage();
        assertThat(help).contains("deny=PORT", "deny-half", "silent", "unhealthy=503");
        for (Tamper tamper : Tamper.values()) {
            assertThat(tamper == Tamper.NONE || help.contains("  " + tamper.text() + " "))
                    .as(tamper.text())
                    .isTrue();
        }
    }

    @Test
    void swapsThePortsWhenTold() throws IOException, InterruptedException {
        become("tamper=ports");
        sender.setSoTimeout(RECEIVE_TIMEOUT_MS);
        send(sender, Packets.SYN_PACKET);
        assertThat(receive(sender).getPort()).isEqualTo(returns.getLocalPort());
    }

    @Test
    void delaysPacketsAndKeepsTheirOrder() throws IOException, InterruptedException {
        become("delay=10000");
        send(sender, Packets.SYN_PACKET);
        await().until(() -> statistics().delayed() == 1);
        become("delay=1");
        send(sender, Packets.SYN_ACK_PACKET);
        await().until(() -> statistics().delayed() == 2);
        assertThat(statistics().returned()).isZero();
    }

    @Test
    void dropsWhatBreaksTheContractWithItsReasonAndGoesOn() throws IOException {
        send(sender, Packets.HEADER_V4.replace("08000800", "48000800") + Packets.OPTIONS + Packets.SYN);
        send(sender, "0800");
        send(sender, Packets.SYN_PACKET);

        assertThat(receivedHex(returns)).isEqualTo(Packets.SYN_PACKET);
        Statistics statistics = statistics();
        assertThat(statistics.dropped()).containsEntry("version", 1L).containsEntry("truncated", 1L);
        assertThat(statistics.received())
                .isEqualTo(statistics.returned()
                        + statistics.dropped().values().stream()
                                .mapToLong(Long::longValue)
                                .sum());
    }

    @Test
    void healthFollowsTheModeAndPacketsDoNot() throws IOException, InterruptedException {
        assertThat(ask(appliance.healthAddress(), "/any", HttpRequest.newBuilder())
                        .statusCode())
                .isEqualTo(200);
        become("unhealthy=503");
        assertThat(ask(appliance.healthAddress(), "/any", HttpRequest.newBuilder())
                        .statusCode())
                .isEqualTo(503);
        InetSocketAddress port = appliance.healthAddress();
        become("unhealthy");
        assertThatThrownBy(() -> new Socket(port.getAddress(), port.getPort()).close())
                .isInstanceOf(ConnectException.class);
        send(sender, Packets.SYN_PACKET);
        assertThat(receivedHex(returns)).isEqualTo(Packets.SYN_PACKET);
        become("normal");
        assertThat(ask(port, "/any", HttpRequest.newBuilder()).statusCode()).isEqualTo(200);
    }

    @Test
    void controlPortAnswersInJsonAndNamesWhatWouldBeValid() throws IOException, InterruptedException {
        HttpResponse<String> refused = become("\"sleepy\"");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body())
                .contains("mode_invalid", "'\\\"sleepy\\\"' is no mode", "deny-half | delay=1..10000");
        assertThat(become("x".repeat(2_000)).statusCode()).isEqualTo(400);
        assertThat(appliance.mode()).isEqualTo(ApplianceMode.NORMAL);

        become("silent");
        assertThat(ask(appliance.controlAddress(), "/mode", HttpRequest.newBuilder())
                        .body())
                .isEqualToIgnoringNewLines("{\"mode\":\"silent\"}");
        assertThat(ask(appliance.controlAddress(), "/stats", HttpRequest.newBuilder())
                        .body())
                .startsWith("{\"mode\":\"silent\",\"received\":0,\"returned\":0,");
        assertThat(ask(appliance.controlAddress(), "/other", HttpRequest.newBuilder())
                        .statusCode())
                .isEqualTo(404);
        HttpResponse<String> wrongMethod = ask(
                appliance.controlAddress(), "/stats", HttpRequest.newBuilder().DELETE());
        assertThat(wrongMethod.statusCode()).isEqualTo(405);
        assertThat(wrongMethod.headers().firstValue("Allow")).contains("GET");
    }

    @Test
    void saysWhichAddressIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral(APPLIANCE));
                DatagramSocket free = new DatagramSocket(new InetSocketAddress(NODE, 0))) {
            ApplianceSettings settings = new ApplianceSettings(
                    at(free.getLocalPort()), at(taken.getLocalPort()), null, null, ApplianceMode.NORMAL);
            assertThatThrownBy(() -> Appliance.start(settings).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("--health " + APPLIANCE + ":" + taken.getLocalPort());
        }
    }
}
