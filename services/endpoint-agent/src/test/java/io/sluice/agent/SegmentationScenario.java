// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.PacketSegmenter;
import io.sluice.agent.core.QueueChoice;
import io.sluice.agent.core.TcpCoalescer;
import io.sluice.agent.core.TestPackets;
import io.sluice.agent.core.TestPackets.Kind;
import io.sluice.agent.core.VirtioHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What {@link SegmentationKernelIT} runs inside namespaces of its own: super-packets go into one device, the kernel routes
 * them to another that takes none, so it cuts them itself; what it made is compared byte by byte with what ours makes.
 */
final class SegmentationScenario {

    /** Every check, in order. */
    static final List<String> CHECKS = List.of(
            "tcp-over-ipv4-cut-as-the-kernel-does",
            "tcp-over-ipv6-cut-as-the-kernel-does",
            "udp-over-ipv4-cut-as-the-kernel-does",
            "udp-over-ipv6-cut-as-the-kernel-does",
            "coalesced-and-cut-by-the-kernel-is-the-same-over-ipv4",
            "coalesced-and-cut-by-the-kernel-is-the-same-over-ipv6");

    private static final int ACK = 0x10;
    private static final int ACK_PSH_FIN = 0x19;
    private static final int MTU_BYTES = 1432;
    private static final int ROUNDS = 40;
    private static final int PACKET_BYTES_MAX = 65_535;
    private static final int POLL_MS = 3_000;

    private final Libc libc = new Libc();
    private final TunDevice in;
    private final TunDevice out;
    private final Random random = new Random(1432);
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    private final ByteBuffer received = ByteBuffer.allocateDirect(PACKET_BYTES_MAX);

    private SegmentationScenario() throws IOException {
        Consumer<String> refused = cause -> {
            throw new AssertionError(cause);
        };
        in = TunDevice.create("in0", MTU_BYTES, 1, true, refused, refused);
        out = TunDevice.create("out0", MTU_BYTES, 1, false, refused, refused);
        set("net/ipv4/ip_forward", "1");
        set("net/ipv6/conf/all/forwarding", "1");
        set("net/ipv4/conf/all/rp_filter", "0");
        set("net/ipv4/conf/in0/rp_filter", "0");
        run("ip", "address", "add", "10.9.1.1/24", "dev", "in0");
        run("ip", "address", "add", "10.9.2.1/24", "dev", "out0");
        run("ip", "-6", "address", "add", "fd00:1::1/64", "dev", "in0", "nodad");
        run("ip", "-6", "address", "add", "fd00:2::1/64", "dev", "out0", "nodad");
    }

    public static void main(String[] arguments) throws Exception {
        new SegmentationScenario().play();
        System.exit(0);
    }

    private void play() {
        for (boolean tcp : new boolean[] {true, false}) {
            for (boolean ipv4 : new boolean[] {true, false}) {
                for (int round = 0; round < ROUNDS; round++) {
                    int flags = round % 3 == 0 ? ACK_PSH_FIN : ACK;
                    cut(new Kind(ipv4, tcp, flags, tcp ? 4 * random.nextInt(11) : 0));
                }
                held((tcp ? "tcp" : "udp") + "-over-" + version(ipv4) + "-cut-as-the-kernel-does");
            }
        }
        for (boolean ipv4 : new boolean[] {true, false}) {
            for (int round = 0; round < ROUNDS; round++) {
                coalesce(new Kind(ipv4, true, ACK, 12), new Kind(ipv4, true, ACK | 0x08, 12));
            }
            held("coalesced-and-cut-by-the-kernel-is-the-same-over-" + version(ipv4));
        }
    }

    private static String version(boolean ipv4) {
        return ipv4 ? "ipv4" : "ipv6";
    }

    private void cut(Kind kind) {
        int segmentBytes = 500 + random.nextInt(MTU_BYTES - kind.headersBytes() - 500);
        byte[] payload = new byte[segmentBytes + 1 + random.nextInt(40_000)];
        random.nextBytes(payload);
        byte[] whole = TestPackets.packet(kind, random.nextInt(), payload);
        byte[] handedOver = TestPackets.superPacket(kind, whole, segmentBytes);
        buffer.put(0, handedOver);
        write(handedOver.length);
        PacketSegmenter segmenter = new PacketSegmenter(buffer);
        // The kernel routes before it cuts.
        hop(buffer, VirtioHeader.LENGTH_BYTES, kind);
        int count = segmenter.open(0, VirtioHeader.LENGTH_BYTES, whole.length);
        ByteBuffer headers = ByteBuffer.allocate(PacketSegmenter.HEADERS_BYTES_MAX);
        for (int i = 0; i < count; i++) {
            segmenter.writeHeaders(i, headers, 0);
            ByteBuffer ours = ByteBuffer.allocate(segmenter.headersBytes() + segmenter.payloadBytes(i));
            ours.put(headers.array(), 0, segmenter.headersBytes());
            ours.put(buffer.slice(segmenter.payloadOffset(i), segmenter.payloadBytes(i)));
            assertThat(read(kind)).as("%s packet %s of %s", kind, i, count).isEqualTo(ours.array());
        }
    }

    private void coalesce(Kind kind, Kind last) {
        int segmentBytes = 300 + random.nextInt(1_000);
        List<byte[]> segments = new ArrayList<>();
        List<Integer> writes = new ArrayList<>();
        DeviceWriter writer = new DeviceWriter(libc, in, new AgentCounters(), new QueueChoice(1, 0), buffer);
        TcpCoalescer coalescer = new TcpCoalescer(buffer, writer.virtio(), (pieces, packets, bytes) -> {
            writes.add(packets);
            writer.write(pieces, packets, bytes);
        });
        int count = 2 + random.nextInt(45);
        int at = 0;
        int sequence = random.nextInt();
        for (int i = 0; i < count; i++) {
            boolean end = i == count - 1;
            byte[] payload = new byte[end ? 1 + random.nextInt(segmentBytes) : segmentBytes];
            random.nextBytes(payload);
            byte[] segment = TestPackets.packet(end ? last : kind, sequence + i * segmentBytes, payload);
            TestPackets.identify(segment, kind, i);
            segments.add(segment);
            buffer.put(at, segment);
            coalescer.add(at, segment.length);
            at += segment.length;
        }
        coalescer.flush();
        assertThat(writes).containsExactly(count);
        for (byte[] segment : segments) {
            hop(ByteBuffer.wrap(segment), 0, kind);
            TestPackets.complete(segment, kind);
            assertThat(read(kind)).isEqualTo(segment);
        }
    }

    /** One off the time to live. */
    private static void hop(ByteBuffer packet, int offset, Kind kind) {
        int at = offset + (kind.ipv4() ? 8 : 7);
        packet.put(at, (byte) (packet.get(at) - 1));
    }

    private void write(int lengthBytes) {
        long written = libc.write(in.fd(0), NativeMemory.address(buffer), lengthBytes);
        assertThat(written).as("write of %s bytes", lengthBytes).isEqualTo(lengthBytes);
    }

    /** The next packet that is no neighbour or router discovery of the kernel. */
    private byte[] read(Kind kind) {
        Libc.PollSet ready = new Libc.PollSet(out.fd(0), -1);
        while (true) {
            long length = libc.read(out.fd(0), NativeMemory.address(received), PACKET_BYTES_MAX);
            if (length > 0) {
                byte[] packet = new byte[(int) length];
                received.get(0, packet);
                int version = packet[0] >> 4;
                boolean ours = kind.ipv4() ? version == 4 : version == 6 && packet[6] != 58 && packet[6] != 0;
                if (ours) {
                    return packet;
                }
            } else {
                assertThat(ready.await(libc, POLL_MS)).as("a packet comes").isNotZero();
            }
        }
    }

    private static void set(String key, String value) throws IOException {
        Files.writeString(Path.of("/proc/sys", key), value);
    }

    private static void run(String... command) throws IOException {
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    private static void held(String check) {
        System.out.println("held " + check);
    }
}
