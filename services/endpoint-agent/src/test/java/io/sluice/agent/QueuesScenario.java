// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.Vni;
import java.io.File;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

/**
 * What {@link QueuesKernelIT} runs inside namespaces of its own: the agent with a device of several queues and a fake
 * gateway on loopback. Prints {@code held NAME} for each of {@link #CHECKS}, in their order.
 */
final class QueuesScenario {

    /** Every check, in order. */
    static final List<String> CHECKS = List.of(
            "as-many-queues-as-asked-for",
            "device-in-use-refused",
            "all-arrive-in-order-both-ways",
            "answers-decide-the-queue-and-spread",
            "nothing-left-after-close",
            "refused-segmentation-said-once",
            "device-of-one-queue-goes-on-with-one",
            "device-of-several-queues-made-by-operator",
            "no-tun-device-left-alone",
            "device-removed-by-operator");

    private static final String DEVICE = "gwe0";
    private static final Ipv4SocketAddress GATEWAY = Ipv4SocketAddress.parse("127.0.0.1:6080");
    private static final Ipv4SocketAddress LOCAL = Ipv4SocketAddress.parse("127.0.0.2:6080");
    private static final int QUEUES = 4;

    /** As many as leave a queue without any of them once in twenty million runs. */
    private static final int FLOWS = 64;

    /** Packets on their way at once: few enough for the smallest receive buffer. */
    private static final int PACKETS = 128;

    private static final int ROUNDS = 10;
    private static final int FIRST_PORT = 20_000;
    private static final int IPV6_TRANSPORT = 8 + 40;
    private static final int IPV4_TRANSPORT = 8 + 20;
    private static final int UDP_BYTES = 8;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final FakeGateway gateway;

    /** Packets of flows that the gateway has had from the first agent. */
    private long received;

    private QueuesScenario() throws Exception {
        KernelScenario.run("ip", "link", "set", "lo", "mtu", "1500", "up");
        gateway = new FakeGateway();
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(1));
        log.start();
        ((Logger) LoggerFactory.getLogger(EndpointAgent.class)).addAppender(log);
    }

    public static void main(String[] arguments) throws Exception {
        new QueuesScenario().play();
        System.exit(0);
    }

    private static AgentSettings settings(int mtuBytes, int queues) {
        return settings(mtuBytes, queues, true);
    }

    private static AgentSettings settings(int mtuBytes, int queues, boolean offload) {
        return new AgentSettings(DEVICE, new Vni(100), List.of(GATEWAY), LOCAL, mtuBytes, offload, queues);
    }

    private void play() throws Exception {
        try (EndpointAgent agent = EndpointAgent.attach(settings(0, QUEUES))) {
            assertThat(agent.queues()).isEqualTo(QUEUES);
            assertThat(devicesOpen()).isEqualTo(QUEUES);
            assertThat(threads()).hasSize(QUEUES + 1);
            assertThat(events("queues_refused")).isEmpty();
            held("as-many-queues-as-asked-for");

            inUse();
            addresses();
            flows(agent);
        }
        assertThat(NetworkInterface.getByName(DEVICE)).isNull();
        assertThat(devicesOpen()).isZero();
        assertThat(threads()).isEmpty();
        held("nothing-left-after-close");

        refusedSegmentation();
        madeByOperator();
        noTunDevice();
        removed();
    }

    /** The kernel would let anybody have one more queue of it. */
    private static void inUse() throws Exception {
        Ipv4SocketAddress other = Ipv4SocketAddress.parse("127.0.0.4:6080");
        for (String state : new String[] {"down", "up"}) {
            KernelScenario.run("ip", "link", "set", DEVICE, state);
            for (int queues : new int[] {1, QUEUES}) {
                assertThatThrownBy(() -> EndpointAgent.attach(
                                new AgentSettings(DEVICE, new Vni(1), List.of(GATEWAY), other, 0, true, queues)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(queues == 1 ? "'gwe0' (EINVAL" : "'gwe0' (EBUSY")
                        .hasMessageContaining("another agent");
                assertThat(KernelScenario.output("ip", "link", "show", DEVICE).contains(",UP"))
                        .as("as before")
                        .isEqualTo(state.equals("up"));
            }
        }
        assertThat(devicesOpen()).isEqualTo(QUEUES);
        held("device-in-use-refused");
    }

    private void flows(EndpointAgent agent) throws IOException {
        List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            flows.add(new Flow(FIRST_PORT + i, i % 2 == 0));
        }
        List<Integer> before = new ArrayList<>();
        for (Flow flow : flows) {
            before.add(queueOf(flow, agent));
        }
        for (int round = 0; round < ROUNDS; round++) {
            exchange(flows, PACKETS / FLOWS, agent);
            exchange(flows.subList(0, QUEUES), PACKETS / QUEUES, agent);
        }
        assertThat(agent.drops(AgentDropReason.SEND_REFUSED)).isZero();
        assertThat(agent.drops(AgentDropReason.DEVICE_REFUSED)).isZero();
        held("all-arrive-in-order-both-ways");

        List<Integer> after = new ArrayList<>();
        for (Flow flow : flows) {
            exchange(List.of(flow), 1, agent);
            int queue = queueOf(flow, agent);
            exchange(List.of(flow), 1, agent);
            assertThat(queueOf(flow, agent)).as(flow.toString()).isEqualTo(queue);
            after.add(queue);
        }
        assertThat(new TreeSet<>(after)).as("queues of flows with answers").hasSize(QUEUES);
        assertThat(after).as("not the kernel's own choice").isNotEqualTo(before);
        held("answers-decide-the-queue-and-spread");
        flows.forEach(Flow::close);
    }

    /** Sends two packets that are not answered; the one queue they left by. */
    private int queueOf(Flow flow, EndpointAgent agent) throws IOException {
        long[] before = counted(agent);
        flow.send(2);
        receive(Map.of(flow.port, flow), 2);
        long[] now = counted(agent);
        List<Integer> used = IntStream.range(0, QUEUES)
                .filter(i -> now[i] > before[i])
                .boxed()
                .toList();
        assertThat(used).as("queues of %s", flow).hasSize(1);
        return used.getFirst();
    }

    /** The same once all that came is counted, which is a moment after it left. */
    private long[] counted(EndpointAgent agent) {
        await().until(() -> LongStream.of(fromQueues(agent)).sum() == received);
        return fromQueues(agent);
    }

    /** Without what the kernel sends by itself, which never leaves. */
    private static long[] fromQueues(EndpointAgent agent) {
        return IntStream.range(0, QUEUES)
                .mapToLong(queue -> agent.count(queue, AgentCount.PACKETS_TO_GATEWAY))
                .toArray();
    }

    /** Packets of each flow, all on their way at once, then an answer to each; returns when the kernel has all of them. */
    private void exchange(List<Flow> flows, int packets, EndpointAgent agent) throws IOException {
        int all = packets * flows.size();
        long delivered = agent.count(AgentCount.PACKETS_TO_DEVICE);
        Map<Integer, Flow> byPort = new HashMap<>();
        for (Flow flow : flows) {
            byPort.put(flow.port, flow);
            flow.send(packets);
        }
        for (byte[] packet : receive(byPort, all)) {
            gateway.sendBack(packet);
        }
        for (Flow flow : flows) {
            flow.receive(packets);
        }
        // The kernel learns the queue just after it has delivered the packet.
        await().until(() -> agent.count(AgentCount.PACKETS_TO_DEVICE) - delivered == all);
    }

    private List<byte[]> receive(Map<Integer, Flow> flows, int count) throws IOException {
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] packet = gateway.receivePacket();
            assertThat(gateway.sender()).isEqualTo(FakeGateway.at("127.0.0.2", 6080));
            int transport = packet[8] >> 4 == 4 ? IPV4_TRANSPORT : IPV6_TRANSPORT;
            ByteBuffer bytes = ByteBuffer.wrap(packet);
            Flow flow = Objects.requireNonNull(flows.get(bytes.getShort(transport) & 0xFFFF), "another flow came");
            assertThat(bytes.getInt(transport + UDP_BYTES)).as(flow.toString()).isEqualTo(flow.seen++);
            packets.add(packet);
            received++;
        }
        return packets;
    }

    /** What the thread of one queue finds out holds for all of them, and is told once. */
    private void refusedSegmentation() throws Exception {
        ByteBuffer bytes = ByteBuffer.allocateDirect(6_000);
        int[] lengths = {3_000, 3_000};
        try (EndpointAgent wide = EndpointAgent.attach(settings(4_000, QUEUES))) {
            addresses();
            for (int i = 0; i < FLOWS; i++) {
                try (GatewaySocket host = TunScenario.socket("10.9.0.1:" + (FIRST_PORT + i), "10.9.0.2:7000")) {
                    TunScenario.message(new Libc(), host, new AgentCounters(), NativeMemory.address(bytes), lengths);
                }
                for (int j = 0; j < 2; j++) {
                    assertThat(gateway.receivePacket()).hasSize(IPV4_TRANSPORT + UDP_BYTES + 3_000);
                }
            }
            await().until(() -> wide.count(AgentCount.PACKETS_TO_GATEWAY) == 2L * FLOWS);
            assertThat(fromQueues(wide)).doesNotContain(0);
            assertThat(wide.drops(AgentDropReason.SEND_REFUSED)).isZero();
            assertThat(events("offload_refused")).hasSize(1);
        }
        held("refused-segmentation-said-once");
    }

    private void madeByOperator() throws Exception {
        KernelScenario.run("ip", "tuntap", "add", "dev", DEVICE, "mode", "tun");
        try (EndpointAgent one = EndpointAgent.attach(settings(0, QUEUES))) {
            assertThat(one.queues()).isEqualTo(1);
            assertThat(devicesOpen()).isEqualTo(1);
            assertThat(events("queues_refused")).hasSize(1);
            addresses();
            oneFlow(one);
        }
        KernelScenario.run("ip", "link", "del", DEVICE);
        held("device-of-one-queue-goes-on-with-one");

        KernelScenario.run("ip", "tuntap", "add", "dev", DEVICE, "mode", "tun", "multi_queue");
        for (int again = 0; again < 3; again++) {
            try (EndpointAgent several = EndpointAgent.attach(settings(0, QUEUES, again != 1))) {
                assertThat(several.queues()).isEqualTo(QUEUES);
                assertThat(superPackets()).as("round %d", again).isEqualTo(again != 1);
                if (again == 0) {
                    addresses();
                }
                oneFlow(several);
            }
        }
        assertThat(events("queues_refused")).hasSize(1);
        KernelScenario.run("ip", "link", "del", DEVICE);
        held("device-of-several-queues-made-by-operator");
    }

    /** Whether the kernel may hand TCP over in super-packets. */
    private static boolean superPackets() throws Exception {
        return KernelScenario.output("ethtool", "-k", DEVICE).contains("tcp-segmentation-offload: on");
    }

    private static void noTunDevice() throws Exception {
        for (String[] make : new String[][] {
            {"ip", "link", "add", DEVICE, "type", "bridge"},
            {"ip", "tuntap", "add", "dev", DEVICE, "mode", "tap", "multi_queue"}
        }) {
            KernelScenario.run(make);
            assertThatThrownBy(() -> EndpointAgent.attach(settings(0, QUEUES)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'gwe0' (EINVAL")
                    .hasMessageContaining("no TUN device");
            assertThat(KernelScenario.output("ip", "link", "show", DEVICE))
                    .as("still down")
                    .doesNotContain(",UP");
            KernelScenario.run("ip", "link", "del", DEVICE);
        }
        // one that has a link, as a device that another program holds
        assertThatThrownBy(() -> EndpointAgent.attach(
                        new AgentSettings("lo", new Vni(100), List.of(GATEWAY), LOCAL, 0, true, QUEUES)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("'lo' (EINVAL")
                .hasMessageContaining("no TUN device");
        held("no-tun-device-left-alone");
    }

    private void oneFlow(EndpointAgent agent) throws IOException {
        try (Flow flow = new Flow(FIRST_PORT, true)) {
            exchange(List.of(flow), 1, agent);
        }
    }

    private static void removed() throws Exception {
        try (EndpointAgent robbed = EndpointAgent.attach(settings(0, QUEUES))) {
            KernelScenario.run("ip", "link", "del", DEVICE);
            assertThat(robbed.awaitEnd()).contains("device");
        }
        assertThat(devicesOpen()).isZero();
        assertThat(threads()).isEmpty();
        held("device-removed-by-operator");
    }

    private static void addresses() throws Exception {
        KernelScenario.run("ip", "address", "add", "10.9.0.1/24", "dev", DEVICE);
        KernelScenario.run("ip", "-6", "address", "add", "fd00:9::1/64", "dev", DEVICE, "nodad");
    }

    private static int devicesOpen() {
        String[] descriptors = new File("/proc/self/fd").list();
        int open = 0;
        for (String descriptor : Objects.requireNonNull(descriptors)) {
            try {
                Path file = Files.readSymbolicLink(Path.of("/proc/self/fd", descriptor));
                open += file.equals(Path.of("/dev/net/tun")) ? 1 : 0;
            } catch (IOException gone) {
                // the list's own
            }
        }
        return open;
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("sluice-agent-"))
                .toList();
    }

    private List<ILoggingEvent> events(String name) {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getKeyValuePairs().stream()
                        .anyMatch(pair -> pair.key.equals("event") && name.equals(pair.value)))
                .toList();
    }

    private static void held(String check) {
        System.out.println("held " + check);
    }

    /** Datagrams of one port, numbered, of different sizes. */
    private static final class Flow implements AutoCloseable {

        private final int port;
        private final InetAddress peer;
        private final DatagramSocket socket;
        private int sent;
        private int seen;

        Flow(int port, boolean ipv4) throws IOException {
            this.port = port;
            this.peer = InetAddress.ofLiteral(ipv4 ? "10.9.0.2" : "fd00:9::2");
            this.socket = new DatagramSocket(FakeGateway.at(ipv4 ? "10.9.0.1" : "fd00:9::1", port));
            socket.setSoTimeout(FakeGateway.TIMEOUT_MS);
        }

        void send(int packets) throws IOException {
            for (int i = 0; i < packets; i++) {
                byte[] payload = new byte[Integer.BYTES + 20 * (sent % 7)];
                ByteBuffer.wrap(payload).putInt(0, sent++);
                socket.send(new DatagramPacket(payload, payload.length, peer, 7_000));
            }
        }

        /** The answers to the last packets, in order. */
        void receive(int packets) throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
            for (int i = sent - packets; i < sent; i++) {
                socket.receive(packet);
                assertThat(ByteBuffer.wrap(packet.getData()).getInt(0))
                        .as(toString())
                        .isEqualTo(i);
            }
        }

        @Override
        public void close() {
            socket.close();
        }

        @Override
        public String toString() {
            return "flow of port " + port;
        }
    }
}
