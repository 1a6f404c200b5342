// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of slots, sockets and errors over the life of a path of io_uring handles. */
@ExtendWith(LeakWatch.class)
class UringLifeTest {

    private static final int IP_RECVERR = 11;

    /** Keeps every slot it gets until it is told to give some back. */
    private static final class Holder implements DatagramReceiver {

        private final PacketSlab slab;
        private final Deque<Integer> held = new ArrayDeque<>();

        Holder(PacketSlab slab) {
            this.slab = slab;
        }

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            held.add(slot);
        }

        @Override
        public void onBatchEnd() {}

        void release(int count) {
            for (int i = 0; i < count && !held.isEmpty(); i++) {
                slab.release(held.pop());
            }
        }
    }

    @Test
    void losesOnlyWhatArrivesWhileEverySlotIsTakenOverManyExhaustions() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 16, 1_024)) {
            Holder holder = new Holder(rig.slab);
            DatagramPort receiver = rig.bind(holder);
            int sent = 0;
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < 40; i++) {
                    rig.sendFromOutside(numbered(i, 20), receiver);
                }
                sent += 40;
                int all = sent;
                eventually().until(() -> receiver.received() + receiver.receiveNoSlot() == all);
                int back = round % 17;
                long before = receiver.received();
                rig.onLoop(() -> {
                    holder.release(back);
                    return null;
                });
                if (back > 0) {
                    rig.sendFromOutside(numbered(1, 30), receiver);
                    sent++;
                    eventually().until(() -> receiver.received() == before + 1);
                }
            }
            assertThat(receiver.received()).isGreaterThan(16);
            assertThat(receiver.receiveNoSlot()).isGreaterThan(16);
            assertThat(receiver.receiveErrors()).isZero();
            rig.onLoop(() -> {
                holder.release(16);
                return null;
            });
        }
    }

    @Test
    void servesOneSocketWhileAnotherReceiverHoldsMostSlots() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 16, 1_024)) {
            Holder holder = new Holder(rig.slab);
            DatagramPort greedy = rig.bind(holder);
            Collector collector = new Collector(rig.slab);
            DatagramPort modest = rig.bind(collector);
            for (int i = 0; i < 14; i++) {
                rig.sendFromOutside(numbered(i, 20), greedy);
            }
            eventually().until(() -> greedy.received() == 14);
            for (int i = 0; i < 100; i++) {
                rig.sendFromOutside(numbered(i, 30), modest);
                int count = i + 1;
                eventually().until(() -> collector.count() == count);
            }
            rig.onLoop(() -> {
                holder.release(16);
                return null;
            });
            assertThat(modest.receiveNoSlot() + greedy.receiveNoSlot()).isZero();
        }
    }

    @Test
    void anIcmpErrorCostsAReceiveAndTheSocketGoesOn() throws IOException {
        int nobody;
        try (DatagramSocket gone = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            nobody = gone.getLocalPort();
        }
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING)) {
            Collector collector = new Collector(rig.slab);
            UringDatagramPort port = (UringDatagramPort) rig.bind(collector);
            DatagramPort other = rig.bind(collector);
            port.socket().setIntOpt(KernelAbi.IPPROTO_IP, IP_RECVERR, 1); // no port of ours asks for them
            for (int i = 0; i < 20; i++) {
                int errors = i + 1;
                rig.send(port, numbered(i, 10), nobody);
                eventually().until(() -> port.receiveErrors() + port.sendFailures() == errors);
            }
            rig.send(other, numbered(1, 10), port.localPort());
            eventually().until(() -> collector.count() == 1);
            assertThat(other.receiveErrors()).isZero();
        }
    }

    @Test
    void closesFromWithinAReceiverWithAggregatesOpen() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING)) {
            AtomicReference<CompletionStage<Void>> closed = new AtomicReference<>();
            DatagramPort echo = rig.bind(new DatagramReceiver() {
                private int count;

                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    port.send(slot, offset, bytes, sourceAddress, sourcePort);
                    if (++count == 50) {
                        closed.set(rig.path.close());
                    }
                }

                @Override
                public void onBatchEnd() {}
            });
            for (int i = 0; i < 200; i++) {
                rig.sendFromOutside(numbered(i, 100), echo);
            }
            eventually().until(() -> closed.get() != null);
            closed.get().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(echo.received()).isEqualTo(50);
            assertThat(echo.sent()).isEqualTo(50);
            new DatagramSocket(echo.localPort(), InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void letsAnEventLoopEndThatStillHasSockets() throws IOException {
        LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING);
        rig.outside.close();
        int local = rig.bind(new Collector(rig.slab)).localPort();
        assertThat(rig.group.shutdownGracefully(0, 10, TimeUnit.SECONDS).awaitUninterruptibly(30, TimeUnit.SECONDS))
                .isTrue();
        // the kernel takes a ring apart in its own time
        eventually().ignoreExceptionsInstanceOf(BindException.class).until(() -> {
            new DatagramSocket(local, InetAddress.getLoopbackAddress()).close();
            return true;
        });
    }

    /** No turn is left in which Netty would tell the handles. */
    @Test
    void closesItsSocketsAlsoWhenTheLoopEndsWithoutAWord() throws IOException {
        LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING);
        rig.outside.close();
        DatagramPort port = rig.bind(new Collector(rig.slab));
        Future<?> ended = rig.onLoop(() -> rig.group.shutdownGracefully(0, 10, TimeUnit.SECONDS));
        assertThat(ended.awaitUninterruptibly(30, TimeUnit.SECONDS)).isTrue();
        eventually().ignoreExceptionsInstanceOf(BindException.class).until(() -> {
            new DatagramSocket(port.localPort(), InetAddress.getLoopbackAddress()).close();
            return true;
        });
    }

    @Test
    void sendsWhatWaitsWhenTheLoopEnds() throws IOException {
        LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING);
        DatagramPort port = rig.bind(new Collector(rig.slab));
        rig.outside.setSoTimeout(10_000);
        Future<?> ended = rig.onLoop(() -> {
            for (int i = 0; i < 41; i++) { // the last opens a message that nothing sends off
                rig.queue(port, numbered(i, 100 + i % 3), LOOPBACK, rig.outside.getLocalPort());
            }
            // with a quiet period, Netty tells the handles before the ring closes
            return rig.group.shutdownGracefully(50, 10_000, TimeUnit.MILLISECONDS);
        });
        assertThat(ended.awaitUninterruptibly(30, TimeUnit.SECONDS)).isTrue();
        assertThat(port.sendFailures()).isZero();
        assertThat(port.sent()).isEqualTo(41);
        for (int i = 0; i < 41; i++) {
            DatagramPacket packet = new DatagramPacket(new byte[200], 200);
            rig.outside.receive(packet);
            assertThat(Arrays.copyOf(packet.getData(), packet.getLength())).isEqualTo(numbered(i, 100 + i % 3));
        }
        rig.outside.close();
    }

    @Test
    void countsAsRefusedWhatTheEndOfTheLoopLeavesUnanswered() throws IOException {
        LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING);
        DatagramPort port = rig.bind(new Collector(rig.slab));
        Future<?> ended = rig.onLoop(() -> {
            for (int i = 0; i < 5; i++) {
                rig.queue(port, numbered(i, 100), LOOPBACK, rig.outside.getLocalPort());
            }
            return rig.group.shutdownGracefully(0, 10, TimeUnit.SECONDS);
        });
        assertThat(ended.awaitUninterruptibly(30, TimeUnit.SECONDS)).isTrue();
        eventually().until(() -> port.inFlight() == 0);
        assertThat(port.sendFailures() + port.sent()).isEqualTo(5);
        rig.outside.close();
    }

    @Test
    void pathsOfOneLoopDoNotShareSlots() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING)) {
            PacketSlab otherSlab = new PacketSlab(32, 2_048, 40);
            DatagramPath other = DatagramPaths.open(rig.loop, DatagramTransport.IO_URING, otherSlab);
            Collector collector = new Collector(rig.slab);
            Collector otherCollector = new Collector(otherSlab);
            DatagramPort port = rig.bind(collector);
            DatagramPort otherPort = rig.settle(() -> other.bind(LOOPBACK, 0, otherCollector));
            for (int i = 0; i < 200; i++) {
                rig.sendFromOutside(numbered(i, 1_000), port);
                rig.sendFromOutside(numbered(i, 1_001), otherPort);
                int count = i + 1;
                eventually().until(() -> collector.count() == count && otherCollector.count() == count);
                assertThat(collector.last()).isEqualTo(numbered(i, 1_000));
                assertThat(otherCollector.last()).isEqualTo(numbered(i, 1_001));
            }
            rig.settle(other::close);
            assertThat(rig.onLoop(otherSlab::freeCount)).isEqualTo(32);
            rig.sendFromOutside(numbered(1, 7), port);
            eventually().until(() -> collector.count() == 201);
        }
    }

    @Test
    void refusesASlabItCannotLend() throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING)) {
            PacketSlab shallow = new PacketSlab(4, 256, 31);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DatagramPaths.open(rig.loop, DatagramTransport.IO_URING, shallow))
                    .withMessageContaining("at least 32 bytes");
            PacketSlab wide = new PacketSlab(BufferLender.BUFFERS_MAX + 1, 64, 32);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> DatagramPaths.open(rig.loop, DatagramTransport.IO_URING, wide))
                    .withMessageContaining("at most 32768 slots");
        }
    }
}
