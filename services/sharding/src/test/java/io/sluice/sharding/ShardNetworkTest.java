// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;
import io.sluice.testkit.PacketBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three shards without a kernel, their loops turned by hand. */
class ShardNetworkTest {

    private static final int SHARDS = 3;
    private static final int SLOTS = 600;
    private static final int SENDER = 0x0A00_0002;
    private static final int SENDER_PORT = 45_678;
    private static final long TRAIL = -0x1234_5678_9ABC_DEF1L;
    private static final OwnerHash HASH = new OwnerHash(SHARDS, 0x5EED_0A15);
    private static final SharedAddress INGRESS = new SharedAddress(free("127.0.0.1"), PacketPlace.ENDPOINT_IN);
    private static final SharedAddress RETURNS = new SharedAddress(free("127.0.0.2"), PacketPlace.TARGET_IN);

    @SuppressWarnings("ArrayRecordComponent") // compared by its parts
    private record Arrived(DatagramPort port, byte[] bytes, int sourceAddress, int sourcePort) {}

    @SuppressWarnings("ArrayRecordComponent") // compared by its parts
    private record Stray(
            byte[] bytes, int type, long endpoint, int cookie, int source, DropReason verdict, int left, long trail) {}

    private static Ipv4SocketAddress free(String host) {
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(host), 0))) {
            return Ipv4SocketAddress.parse(host + ":" + socket.getLocalPort());
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** One shard: what its receivers got, and the tasks of its loop. */
    private final class Shard {

        final PacketSlab slab = new PacketSlab(SLOTS, 512, 64);
        final FakePath beneath = new FakePath(slab);
        final PathCounters counters = new PathCounters();
        final Deque<Runnable> loop = new ArrayDeque<>();
        final List<Arrived> arrived = new ArrayList<>();
        final List<Stray> strays = new ArrayList<>();
        final DatagramPath path;
        final int number;
        int batches;
        boolean throwing;

        Shard(int number) {
            this.number = number;
            path = network.path(number, beneath, counters);
            DatagramReceiver receiver = new DatagramReceiver() {
                @Override
                public void onDatagram(DatagramPort port, int slot, int offset, int length, int address, int source) {
                    byte[] bytes = new byte[length];
                    slab.memory().get(offset, bytes);
                    slab.release(slot);
                    arrived.add(new Arrived(port, bytes, address, source));
                    if (throwing) {
                        throw new IllegalStateException("a bug");
                    }
                }

                @Override
                public void onBatchEnd() {
                    batches++;
                }
            };
            bind(INGRESS.address(), receiver);
            bind(RETURNS.address(), receiver);
            path.bind(RETURNS.address().address().bits(), 49_152, receiver);
        }

        private void bind(Ipv4SocketAddress address, DatagramReceiver receiver) {
            path.bind(address.address().bits(), address.port(), receiver)
                    .toCompletableFuture()
                    .join();
        }

        void open() {
            network.open(number, loop::add, path, this::stray, counters);
        }

        private void stray(
                int slot,
                int offset,
                int length,
                int type,
                long endpoint,
                int cookie,
                int source,
                DropReason verdict,
                int left,
                long trail) {
            byte[] bytes = new byte[length];
            slab.memory().get(offset, bytes);
            slab.release(slot);
            strays.add(new Stray(bytes, type, endpoint, cookie, source, verdict, left, trail));
        }

        void receive(int socket, byte[] datagram) {
            int slot = slab.acquire();
            slab.memory().put(slab.dataStart(slot), datagram);
            FakePath.Bound to = beneath.bound.get(socket);
            to.receiver().onDatagram(to.port(), slot, slab.dataStart(slot), datagram.length, SENDER, SENDER_PORT);
        }

        void endBatch() {
            beneath.bound.getFirst().receiver().onBatchEnd();
        }

        void turn() {
            while (!loop.isEmpty()) {
                loop.remove().run();
            }
        }

        boolean passStray(byte[] inner, int left) {
            int slot = slab.acquire();
            slab.memory().put(slab.dataStart(slot), inner);
            boolean passed = network.outbox(number)
                    .pass(
                            slab.memory(),
                            slab.dataStart(slot),
                            inner.length,
                            0x86DD,
                            -7L,
                            0xC0FF_EE01,
                            0xCB00_710A,
                            DropReason.RETURN_FLOW_UNKNOWN,
                            left,
                            TRAIL);
            slab.release(slot);
            return passed;
        }
    }

    private final ShardNetwork network = new ShardNetwork(HASH, List.of(INGRESS, RETURNS), 448);
    private final List<Shard> shards = new ArrayList<>();

    @BeforeEach
    void start() {
        IntStream.range(0, SHARDS).forEach(number -> shards.add(new Shard(number)));
        shards.forEach(Shard::open);
        shards.forEach(Shard::turn);
    }

    /** A datagram that a shard owns. */
    private static byte[] ownedBy(int shard, int number) {
        int host = 1;
        while (HASH.ofIpv4(0x0A14_0000 + host, 0xCB00_710A) != shard) {
            host++;
        }
        return PacketBuilder.geneve()
                .vni(100)
                .payload(PacketBuilder.ipv4()
                        .from("10.20.0." + host)
                        .to("203.0.113.10")
                        .udp(number, 53)
                        .build())
                .build();
    }

    private void allSlotsAreBack() {
        assertThat(shards)
                .allSatisfy(shard -> assertThat(shard.slab.freeCount()).isEqualTo(SLOTS));
    }

    @Test
    void ownPacketsGoStraightOn() {
        byte[] datagram = ownedBy(1, 1);
        shards.get(1).receive(0, datagram);
        assertThat(shards.get(1).arrived)
                .singleElement()
                .satisfies(arrived -> assertThat(arrived.bytes).isEqualTo(datagram));
        assertThat(network.handedOver()).isZero();
        allSlotsAreBack();
    }

    @Test
    void strangersComeToTheirOwnerAsIfTheyHadComeToItsOwnSocket() {
        byte[] datagram = ownedBy(2, 1);
        shards.getFirst().receive(1, datagram);
        assertThat(shards.get(2).loop).as("woken at the end of the batch").isEmpty();
        shards.getFirst().endBatch();
        shards.get(2).turn();
        assertThat(shards.get(2).arrived).singleElement().satisfies(arrived -> {
            assertThat(arrived.port).isSameAs(shards.get(2).beneath.bound.get(1).port());
            assertThat(arrived.bytes).isEqualTo(datagram);
            assertThat(arrived.sourceAddress).isEqualTo(SENDER);
            assertThat(arrived.sourcePort).isEqualTo(SENDER_PORT);
        });
        assertThat(shards.get(2).beneath.flushes).isPositive();
        assertThat(shards.get(2).batches).isPositive();
        assertThat(shards.getFirst().arrived).isEmpty();
        assertThat(network.handedOver()).isEqualTo(1);
        allSlotsAreBack();
    }

    @Test
    void keepsTheOrderOfWhatComesToOneSocket() {
        List<byte[]> sent =
                IntStream.range(0, 700).mapToObj(number -> ownedBy(1, number)).toList();
        for (int i = 0; i < sent.size(); i++) {
            shards.getFirst().receive(0, sent.get(i));
            if (i % 32 == 31) {
                shards.getFirst().endBatch();
                shards.get(1).turn();
            }
        }
        shards.getFirst().endBatch();
        shards.get(1).turn();
        assertThat(shards.get(1).arrived).extracting(Arrived::bytes).containsExactlyElementsOf(sent);
    }

    @Test
    void dropsWhatAFullRingCannotTakeAndCountsItAsInAndDropped() {
        int offered = 600;
        byte[] datagram = ownedBy(1, 1);
        for (int i = 0; i < offered; i++) {
            shards.getFirst().receive(0, datagram);
        }
        shards.getFirst().endBatch();
        shards.get(1).turn();
        PathCounters counters = shards.getFirst().counters;
        long dropped = counters.drops(DropReason.SHARD_RING_FULL);
        assertThat(shards.get(1).arrived).hasSize(512);
        assertThat(dropped).isEqualTo(offered - 512);
        assertThat(counters.packets(PacketPlace.ENDPOINT_IN)).isEqualTo(dropped);
        assertThat(counters.bytes(PacketPlace.ENDPOINT_IN)).isEqualTo(dropped * datagram.length);
        allSlotsAreBack();
    }

    @Test
    void dropsWhatFindsNoSlotAtItsOwner() {
        Shard owner = shards.get(1);
        for (int slot = owner.slab.acquire(); slot != PacketSlab.NONE; slot = owner.slab.acquire()) {
            assertThat(slot).isNotNegative();
        }
        shards.getFirst().receive(1, ownedBy(1, 1));
        shards.getFirst().endBatch();
        owner.turn();
        assertThat(owner.arrived).isEmpty();
        assertThat(owner.counters.drops(DropReason.RECEIVE_NO_BUFFER)).isEqualTo(1);
        assertThat(owner.counters.packets(PacketPlace.TARGET_IN)).isEqualTo(1);
    }

    @Test
    void whatCannotBeReadStaysWhereItCame() {
        byte[] keepAlive = PacketBuilder.geneve().vni(100).control().build();
        for (Shard shard : shards) {
            shard.receive(0, keepAlive);
            assertThat(shard.arrived).hasSize(1);
        }
    }

    @Test
    void aBugOfAReceiversCostsThePacketItWasIn() {
        shards.get(1).throwing = true;
        shards.getFirst().receive(0, ownedBy(1, 1));
        shards.getFirst().receive(0, ownedBy(1, 2));
        shards.getFirst().endBatch();
        shards.get(1).turn();
        assertThat(shards.get(1).arrived).hasSize(2);
    }

    @Test
    void takesNothingBeforeItIsOpenAndAllOfItThen() {
        ShardNetwork late = new ShardNetwork(HASH, List.of(INGRESS, RETURNS), 448);
        assertThat(late.outbox(0).self()).isZero();
        assertThat(late.outbox(0).otherShards()).isEqualTo(2);
        assertThat(late.strays()).isZero();
        shards.get(1).path.close();
        shards.getFirst().receive(0, ownedBy(1, 1));
        shards.getFirst().endBatch();
        assertThat(shards.get(1).loop).isEmpty();
        shards.get(1).open();
        shards.get(1).turn();
        assertThat(shards.get(1).arrived).hasSize(1);
    }

    @Test
    void aStrayGoesToTheNextShardWithAllThatIsKnownOfIt() {
        byte[] inner = {1, 2, 3};
        assertThat(shards.get(2).passStray(inner, 1)).isTrue();
        shards.get(2).endBatch();
        assertThat(network.strays()).as("between two shards").isEqualTo(1);
        shards.getFirst().turn();
        assertThat(network.strays()).isZero();
        assertThat(shards.getFirst().strays).singleElement().satisfies(stray -> {
            assertThat(stray.bytes).isEqualTo(inner);
            assertThat(stray.type).isEqualTo(0x86DD);
            assertThat(stray.endpoint).isEqualTo(-7L);
            assertThat(stray.cookie).isEqualTo(0xC0FF_EE01);
            assertThat(stray.source).isEqualTo(0xCB00_710A);
            assertThat(stray.verdict).isEqualTo(DropReason.RETURN_FLOW_UNKNOWN);
            assertThat(stray.left).isEqualTo(1);
            assertThat(stray.trail).isEqualTo(TRAIL);
        });
        allSlotsAreBack();
    }

    @Test
    void straysLeaveHalfOfARingToWhatIsHandedOverToItsOwner() {
        int passed = 0;
        while (shards.getFirst().passStray(new byte[20], 1)) {
            passed++;
        }
        assertThat(passed).isEqualTo(256);
        assertThat(network.strays()).as("without the one that found no room").isEqualTo(256);
        for (int i = 0; i < 256; i++) {
            shards.getFirst().receive(0, ownedBy(1, i));
        }
        shards.getFirst().endBatch();
        shards.get(1).turn();
        assertThat(shards.get(1).arrived).hasSize(256);
        assertThat(shards.get(1).strays).hasSize(256);
    }

    @Test
    void sharesTheAddressesThatAreSharedAndNoOthers() {
        assertThat(shards.getFirst().beneath.bound)
                .extracting(FakePath.Bound::shared)
                .containsExactly(true, true, false);
        DatagramPath path = shards.getFirst().path;
        assertThat(path.transport()).isEqualTo("fake");
        assertThat(path.ports()).hasSize(3);
        assertThat(path.inFlight()).isZero();
    }

    @Test
    void refusesAnAddressThatSomebodyElseHas() throws Exception {
        try (DatagramSocket other = new DatagramSocket(null)) {
            other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            other.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Ipv4SocketAddress taken = Ipv4SocketAddress.parse("127.0.0.1:" + other.getLocalPort());
            ShardNetwork second =
                    new ShardNetwork(HASH, List.of(new SharedAddress(taken, PacketPlace.ENDPOINT_IN)), 448);
            DatagramPath path = second.path(0, new FakePath(shards.getFirst().slab), shards.getFirst().counters);
            assertThatThrownBy(() -> path.bind(taken.address().bits(), taken.port(), nobody())
                            .toCompletableFuture()
                            .join())
                    .hasMessageContaining("cannot bind UDP 127.0.0.1:" + other.getLocalPort());
        }
    }

    private DatagramReceiver nobody() {
        return shards.getFirst().beneath.bound.getFirst().receiver();
    }

    @Test
    void oneShardHasNoNetwork() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ShardNetwork(new OwnerHash(1, 1), List.of(INGRESS), 448));
    }
}
