// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Vni;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@link TunKernelIT} runs inside namespaces of its own: the agent between a real TUN device and a fake gateway on
 * loopback. Prints {@code held NAME} for each of {@link #CHECKS}, in their order.
 */
final class TunScenario {

    /** Every check, in order. */
    static final List<String> CHECKS = List.of(
            "mtu-by-path",
            "keep-alive",
            "ipv4-both-ways",
            "ipv6-both-ways",
            "options-skipped-and-trailing-bytes-trimmed",
            "strangers-dropped-with-reason",
            "device-down-and-up",
            "refusal-survived-and-counted",
            "silence-noticed",
            "resumed",
            "errors-explained",
            "many-at-once-both-ways",
            "device-gone-after-close",
            "list-of-nodes",
            "full-socket-not-waited-for",
            "mtu-8500",
            "one-by-one-without-offload",
            "refused-message-leaves-one-by-one",
            "device-removed-by-operator",
            "process-says-attached-and-stops-on-sigterm");

    private static final String DEVICE = "gwe0";
    private static final Ipv4SocketAddress GATEWAY = Ipv4SocketAddress.parse("127.0.0.1:6080");
    private static final Ipv4SocketAddress LOCAL = Ipv4SocketAddress.parse("127.0.0.2:6080");
    private static final AgentSettings SETTINGS =
            new AgentSettings(DEVICE, new Vni(100), List.of(GATEWAY), LOCAL, 0, true, 1);
    private static final int SO_SNDBUF = 7;

    /** More keep-alives than the smallest socket has room for. */
    private static final int FULL_SOCKET_MAX = 30;

    private FakeGateway gateway;
    private EndpointAgent agent;

    private TunScenario() throws Exception {
        KernelScenario.run("ip", "link", "set", "lo", "mtu", "1500", "up");
        gateway = new FakeGateway();
        agent = EndpointAgent.attach(SETTINGS);
    }

    public static void main(String[] arguments) throws Exception {
        new TunScenario().play();
        System.exit(0);
    }

    private void play() throws Exception {
        NetworkInterface device = NetworkInterface.getByName(DEVICE);
        assertThat(agent.mtuBytes()).isEqualTo(1432);
        assertThat(device.getMTU()).isEqualTo(1432);
        assertThat(device.isUp()).isTrue();
        held("mtu-by-path");

        addresses();
        byte[] first = gateway.receive();
        assertThat(first).hasSize(16).startsWith(FakeGateway.KEEP_ALIVE_HEADER);
        assertThat(gateway.sender()).isEqualTo(FakeGateway.at("127.0.0.2", 6080));
        gateway.send(first);
        await().until(agent::isGatewayAnswering);
        held("keep-alive");

        assertThat(exchange("10.9.0.1", "10.9.0.2", "over IPv4")).startsWith("0000080000006400" + "45");
        held("ipv4-both-ways");
        assertThat(exchange("fd00:9::1", "fd00:9::2", "over IPv6")).startsWith("000086dd00006400" + "6");
        held("ipv6-both-ways");

        optionsAndTrailingBytes();
        strangers();
        deviceDownAndUp();
        gatewayStopsAndReturns();
        errors();
        manyAtOnce();

        agent.close();
        assertThat(NetworkInterface.getByName(DEVICE)).isNull();
        assertThat(agent.awaitEnd()).isNull();
        held("device-gone-after-close");

        listOfNodes();
        fullSocket();

        KernelScenario.run("ip", "link", "set", "lo", "mtu", "8568");
        try (EndpointAgent large = EndpointAgent.attach(SETTINGS)) {
            assertThat(NetworkInterface.getByName(DEVICE).getMTU()).isEqualTo(8500);
            assertThat(large.mtuBytes()).isEqualTo(8500);
            agent = large;
            addresses();
            exchange("10.9.0.1", "10.9.0.2", "x".repeat(8500 - 28));
        }
        held("mtu-8500");

        AgentSettings plain = new AgentSettings(DEVICE, new Vni(100), List.of(GATEWAY), LOCAL, 1300, false, 1);
        try (EndpointAgent one = EndpointAgent.attach(plain)) {
            agent = one;
            addresses();
            exchange("10.9.0.1", "10.9.0.2", "one by one");
            exchange("fd00:9::1", "fd00:9::2", "one by one");
        }
        held("one-by-one-without-offload");
        refusedMessage();

        try (EndpointAgent robbed =
                EndpointAgent.attach(new AgentSettings(DEVICE, new Vni(100), List.of(GATEWAY), LOCAL, 1300, true, 1))) {
            assertThat(NetworkInterface.getByName(DEVICE).getMTU()).isEqualTo(1300);
            KernelScenario.run("ip", "link", "del", DEVICE);
            assertThat(robbed.awaitEnd()).contains("device");
        }
        held("device-removed-by-operator");
        process();
    }

    /** A node whose host is not there: what is sent to it stays in the socket until the kernel gives its address up. */
    private static void fullSocket() throws Exception {
        KernelScenario.run("ip", "link", "add", "full0", "type", "veth", "peer", "name", "full1");
        KernelScenario.run("ip", "address", "add", "10.77.0.1/24", "dev", "full0");
        KernelScenario.run("ip", "link", "set", "full0", "up");
        KernelScenario.run("ip", "link", "set", "full1", "up");
        Libc libc = new Libc();
        ByteBuffer keepAlive = ByteBuffer.allocateDirect(16);
        int kept = 0;
        try (GatewaySocket socket = GatewaySocket.open(
                Ipv4SocketAddress.parse("10.77.0.1:6080"),
                List.of(Ipv4SocketAddress.parse("10.77.0.9:6080")),
                false,
                refused -> {})) {
            assertThat(libc.setSocketOption(socket.fd(), Libc.SOL_SOCKET, SO_SNDBUF, 1))
                    .isZero();
            while (kept < FULL_SOCKET_MAX && socket.sendNow(libc, 0, NativeMemory.address(keepAlive), 16)) {
                kept++;
            }
        }
        assertThat(kept).isBetween(1, FULL_SOCKET_MAX - 1);
        held("full-socket-not-waited-for");
    }

    private void optionsAndTrailingBytes() throws Exception {
        try (DatagramSocket host = host("10.9.0.1")) {
            host.send(datagram("10.9.0.2", "tricky"));
            byte[] inner = Arrays.copyOfRange(gateway.receivePacket(), 8, 8 + 20 + 8 + 6);
            FakeGateway.swapEnds(inner);
            gateway.send(
                    join(HexFormat.of().parseHex("02000800000064000108030100000001"), inner, new byte[] {1, 2, 3}));
            assertThat(receive(host)).isEqualTo("tricky");
        }
        held("options-skipped-and-trailing-bytes-trimmed");
    }

    private void strangers() throws Exception {
        byte[] packet = HexFormat.of()
                .parseHex("0000080000006400" + "4500001c00000000401166ce0a0900020a090001" + "1b5800000008d9d8");
        try (DatagramSocket otherAddress = new DatagramSocket(FakeGateway.at("127.0.0.3", 6080));
                DatagramSocket otherPort = new DatagramSocket(FakeGateway.at("127.0.0.1", 6999))) {
            InetSocketAddress agentAddress = FakeGateway.at("127.0.0.2", 6080);
            otherAddress.send(new DatagramPacket(packet, packet.length, agentAddress));
            otherPort.send(new DatagramPacket(packet, packet.length, agentAddress));
        }
        await().until(() -> agent.drops(AgentDropReason.SENDER_UNKNOWN) == 2);
        gateway.send(HexFormat.of().parseHex("0000080000006500"));
        gateway.send(HexFormat.of().parseHex("0040080000006400"));
        gateway.send(HexFormat.of().parseHex("00000800"));
        await().until(() -> agent.drops(AgentDropReason.VNI_OTHER) == 1
                && agent.drops(AgentDropReason.GENEVE_CRITICAL) == 1
                && agent.drops(AgentDropReason.GENEVE_TRUNCATED) == 1);
        exchange("10.9.0.1", "10.9.0.2", "still here");
        held("strangers-dropped-with-reason");
    }

    private void deviceDownAndUp() throws Exception {
        byte[] packet = HexFormat.of()
                .parseHex("0000080000006400" + "4500001c00000000401166ce0a0900020a090001" + "1b5800000008d9d8");
        KernelScenario.run("ip", "link", "set", DEVICE, "down");
        gateway.send(packet);
        await().until(() -> agent.drops(AgentDropReason.DEVICE_REFUSED) == 1);
        KernelScenario.run("ip", "link", "set", DEVICE, "up");
        exchange("10.9.0.1", "10.9.0.2", "up again");
        held("device-down-and-up");
    }

    private void gatewayStopsAndReturns() throws Exception {
        gateway.echoKeepAlive();
        await().until(agent::isGatewayAnswering);
        gateway.close();
        try (DatagramSocket host = host("10.9.0.1")) {
            for (int i = 0; i < 20; i++) {
                host.send(datagram("10.9.0.2", "into the void"));
            }
            await().until(() -> agent.count(AgentCount.ICMP_ERRORS) > 0);
            await().until(() -> agent.count(AgentCount.PACKETS_FROM_DEVICE)
                    == agent.count(AgentCount.PACKETS_TO_GATEWAY)
                            + agent.drops(AgentDropReason.SEND_REFUSED)
                            + agent.drops(AgentDropReason.DEVICE_LINK_LOCAL));
            held("refusal-survived-and-counted");

            await().atMost(Duration.ofSeconds(15)).until(() -> !agent.isGatewayAnswering());
            held("silence-noticed");

            // One more report is pending at the socket when the gateway returns: the next packet must not be lost by
            // it.
            long sent = agent.count(AgentCount.PACKETS_TO_GATEWAY);
            host.send(datagram("10.9.0.2", "into the void"));
            await().until(() -> agent.count(AgentCount.PACKETS_TO_GATEWAY) > sent);
        }
        gateway = new FakeGateway();
        exchange("10.9.0.1", "10.9.0.2", "welcome back");
        gateway.echoKeepAlive();
        await().until(agent::isGatewayAnswering);
        held("resumed");
    }

    private void errors() {
        AgentSettings sameDevice = new AgentSettings(
                DEVICE, new Vni(1), List.of(GATEWAY), Ipv4SocketAddress.parse("127.0.0.4:6080"), 0, true, 1);
        assertThatThrownBy(() -> EndpointAgent.attach(sameDevice))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'gwe0' (EBUSY")
                .hasMessageContaining("another program");
        assertThatThrownBy(() -> EndpointAgent.attach(
                        new AgentSettings("gwe1", new Vni(1), List.of(GATEWAY), LOCAL, 0, true, 1)))
                .hasMessageContaining("cannot bind --local 127.0.0.2:6080 (EADDRINUSE");
        Ipv4SocketAddress unused = Ipv4SocketAddress.parse("127.0.0.5:6080");
        assertThatThrownBy(() ->
                        EndpointAgent.attach(new AgentSettings("lo", new Vni(1), List.of(GATEWAY), unused, 0, true, 1)))
                .hasMessageContaining("'lo' (EINVAL")
                .hasMessageContaining("no TUN device");
        Ipv4SocketAddress nowhere = Ipv4SocketAddress.parse("192.0.2.1:6080");
        assertThatThrownBy(() -> EndpointAgent.attach(
                        new AgentSettings("gwe1", new Vni(1), List.of(nowhere), unused, 0, true, 1)))
                .hasMessageContaining("--gateway 192.0.2.1:6080");
        held("errors-explained");
    }

    /** The first node falls silent: the second is used, what the first one still delivers is taken, its late echo is not. */
    private void listOfNodes() throws Exception {
        AgentSettings two = new AgentSettings(
                DEVICE, new Vni(100), List.of(GATEWAY, Ipv4SocketAddress.parse("127.0.0.6:6080")), LOCAL, 0, true, 1);
        gateway.close();
        gateway = new FakeGateway();
        try (FakeGateway second = new FakeGateway("127.0.0.6");
                EndpointAgent listed = EndpointAgent.attach(two)) {
            addresses();
            byte[] late = gateway.echoKeepAlive();
            second.echoKeepAlive();
            await().until(listed::isGatewayAnswering);
            assertThat(listed.gateway()).isEqualTo(GATEWAY);
            while (listed.gateway().equals(GATEWAY)) {
                second.echoKeepAlive();
            }
            try (DatagramSocket host = host("10.9.0.1")) {
                host.send(datagram("10.9.0.2", "by the other way"));
                gateway.sendBack(second.receivePacket());
                assertThat(receive(host)).isEqualTo("by the other way");
            }
            gateway.send(late);
            await().until(() -> listed.drops(AgentDropReason.KEEP_ALIVE_LATE) == 1);
            assertThat(listed.count(AgentCount.GATEWAY_CHANGES)).isEqualTo(1);
            assertThat(listed.drops(AgentDropReason.SENDER_UNKNOWN)).isZero();
        }
        held("list-of-nodes");
    }

    /** The kernel hands over three datagrams as one; they come back as one message. */
    private void manyAtOnce() throws Exception {
        Libc libc = new Libc();
        AgentCounters counters = new AgentCounters();
        int[] lengths = {1_000, 1_000, 500};
        ByteBuffer bytes = ByteBuffer.allocateDirect(8_192);
        long address = NativeMemory.address(bytes);
        bytes.putInt(0, 1).putInt(1_000, 2).putInt(2_000, 3);
        long from = agent.count(AgentCount.PACKETS_FROM_DEVICE);
        long messages = agent.count(AgentCount.MESSAGES_TO_GATEWAY);
        long received = agent.count(AgentCount.DATAGRAMS_RECEIVED);
        try (GatewaySocket host = socket("10.9.0.1:7001", "10.9.0.2:7000")) {
            message(libc, host, counters, address, lengths);
            ByteBuffer back = ByteBuffer.allocateDirect(8_192);
            for (int i = 0; i < 3; i++) {
                byte[] packet = gateway.receivePacket();
                assertThat(packet).hasSize(8 + 28 + lengths[i]);
                assertThat(ByteBuffer.wrap(packet).getInt(8 + 28)).isEqualTo(i + 1);
                byte[] inner = Arrays.copyOfRange(packet, 8, packet.length);
                FakeGateway.swapEnds(inner);
                back.put(Arrays.copyOf(packet, 8)).put(inner);
                lengths[i] = packet.length;
            }
            assertThat(agent.count(AgentCount.PACKETS_FROM_DEVICE) - from).isEqualTo(3);
            await().until(() -> agent.count(AgentCount.MESSAGES_TO_GATEWAY) - messages == 1);
            gateway.close();
            try (GatewaySocket many = socket(GATEWAY.toString(), LOCAL.toString())) {
                message(libc, many, counters, NativeMemory.address(back), lengths);
            }
            for (int i = 0; i < 3; i++) {
                int length = i < 2 ? 1_000 : 500;
                assertThat(libc.receiveFrom(host.fd(), address, 2_000, 0, 0, 0)).isEqualTo(length);
                assertThat(bytes.getInt(0)).isEqualTo(i + 1);
            }
        }
        assertThat(agent.count(AgentCount.DATAGRAMS_RECEIVED) - received).isEqualTo(3);
        assertThat(counters.count(AgentCount.MESSAGES_TO_GATEWAY)).isEqualTo(2);
        assertThat(counters.count(AgentCount.PACKETS_TO_GATEWAY)).isEqualTo(6);
        gateway = new FakeGateway();
        held("many-at-once-both-ways");
    }

    /** The kernel cuts no message into datagrams that it would have to fragment, but fragments each of them. */
    private void refusedMessage() throws Exception {
        KernelScenario.run("ip", "link", "set", "lo", "mtu", "1500");
        ByteBuffer bytes = ByteBuffer.allocateDirect(6_000);
        try (EndpointAgent wide = EndpointAgent.attach(
                        new AgentSettings(DEVICE, new Vni(100), List.of(GATEWAY), LOCAL, 4_000, true, 1));
                GatewaySocket host = afterAddresses("10.9.0.1:7001", "10.9.0.2:7000")) {
            message(new Libc(), host, new AgentCounters(), NativeMemory.address(bytes), new int[] {3_000, 3_000});
            for (int i = 0; i < 2; i++) {
                assertThat(gateway.receivePacket()).hasSize(8 + 28 + 3_000);
            }
            await().until(() -> wide.count(AgentCount.MESSAGES_TO_GATEWAY) == 2);
            assertThat(wide.drops(AgentDropReason.SEND_REFUSED)).isZero();
        }
        held("refused-message-leaves-one-by-one");
    }

    static GatewaySocket socket(String local, String peer) throws IOException {
        return GatewaySocket.open(
                Ipv4SocketAddress.parse(local), List.of(Ipv4SocketAddress.parse(peer)), true, refused -> {
                    throw new AssertionError(refused);
                });
    }

    private static GatewaySocket afterAddresses(String local, String peer) throws Exception {
        addresses();
        return socket(local, peer);
    }

    static void message(Libc libc, GatewaySocket socket, AgentCounters counters, long data, int[] lengths) {
        OutgoingMessage message = new OutgoingMessage(libc, socket, counters, refused -> {
            throw new AssertionError(refused);
        });
        long at = data;
        for (int length : lengths) {
            message.add(at, length);
            at += length;
        }
        message.flush();
    }

    private static void process() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AgentMain.class.getName(),
                        "attach",
                        "--device=" + DEVICE,
                        "--vni=100",
                        "--gateway=127.0.0.1",
                        "--local=127.0.0.2",
                        "--mtu=1400",
                        "--queues=2")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream out = process.getInputStream()) {
            byte[] line = new byte[256];
            int length = out.read(line);
            assertThat(new String(line, 0, length, StandardCharsets.UTF_8).lines())
                    .contains("attached device=gwe0 vni=100 gateway=127.0.0.1:6080 mtu=1400 queues=2");
            assertThat(NetworkInterface.getByName(DEVICE).getMTU()).isEqualTo(1400);
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(NetworkInterface.getByName(DEVICE)).isNull();
            held("process-says-attached-and-stops-on-sigterm");
        } finally {
            process.destroyForcibly();
        }
    }

    private static void addresses() throws Exception {
        KernelScenario.run("ip", "address", "add", "10.9.0.1/24", "dev", DEVICE);
        KernelScenario.run("ip", "-6", "address", "add", "fd00:9::1/64", "dev", DEVICE, "nodad");
    }

    /** Sends text into the device, returns it by the gateway with both ends swapped; the datagram as the gateway saw it. */
    private String exchange(String from, String to, String text) throws IOException {
        try (DatagramSocket host = host(from)) {
            host.send(datagram(to, text));
            byte[] packet = gateway.receivePacket();
            gateway.sendBack(packet);
            assertThat(receive(host)).isEqualTo(text);
            return HexFormat.of().formatHex(packet);
        }
    }

    private static DatagramSocket host(String address) throws IOException {
        DatagramSocket socket = new DatagramSocket(FakeGateway.at(address, 0));
        socket.setSoTimeout(FakeGateway.TIMEOUT_MS);
        return socket;
    }

    private static DatagramPacket datagram(String to, String text) {
        byte[] payload = text.getBytes(StandardCharsets.US_ASCII);
        return new DatagramPacket(payload, payload.length, InetAddress.ofLiteral(to), 7000);
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[9000], 9000);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        byte[] joined = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, joined, at, part.length);
            at += part.length;
        }
        return joined;
    }

    private static void held(String check) {
        System.out.println("held " + check);
    }
}
