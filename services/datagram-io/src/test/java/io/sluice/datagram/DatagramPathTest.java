// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUringIoHandler;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both ends are paths of the transport under test, on one loop, over loopback. */
class DatagramPathTest {

    private static final int LOOPBACK = 0x7F00_0001;
    private static final int SLOTS = 256;
    private static final int SLOT_BYTES = 9_216;
    private static final int HEADROOM = 64;

    private MultiThreadIoEventLoopGroup group;
    private EventLoop loop;
    private DatagramPath path;
    private final Collector collector = new Collector();

    /** Copies what comes, and keeps the slots only as long as it is told to. */
    private final class Collector implements DatagramReceiver {

        final List<byte[]> datagrams = new CopyOnWriteArrayList<>();
        final List<Integer> kept = new ArrayList<>();
        final AtomicInteger batches = new AtomicInteger();
        volatile int sourceAddress;
        volatile int sourcePort;
        volatile boolean keeps;
        volatile boolean throwing;

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int fromAddress, int fromPort) {
            byte[] bytes = new byte[lengthBytes];
            path.slab().memory().get(offset, bytes);
            datagrams.add(bytes);
            sourceAddress = fromAddress;
            sourcePort = fromPort;
            if (keeps) {
                kept.add(slot);
                return;
            }
            path.slab().release(slot);
            if (throwing) {
                throw new IllegalStateException("as the test wants it");
            }
        }

        @Override
        public void onBatchEnd() {
            batches.incrementAndGet();
        }
    }

    private void open(DatagramTransport transport) {
        IoHandlerFactory handlers = switch (transport) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
        TransportChoice choice = TransportChoice.best(transport);
        assumeTrue(choice.chosen() == transport, () -> transport + " is not available here: " + choice.unavailable());
        group = new MultiThreadIoEventLoopGroup(1, handlers);
        loop = group.next();
        path = DatagramPaths.open(loop, transport, new PacketSlab(SLOTS, SLOT_BYTES, HEADROOM));
    }

    @BeforeAll
    static void poll() {
        Awaitility.setDefaultPollInterval(2, TimeUnit.MILLISECONDS);
        Awaitility.setDefaultTimeout(30, TimeUnit.SECONDS);
    }

    @AfterAll
    static void reset() {
        Awaitility.reset();
    }

    @AfterEach
    void close() {
        if (group != null) {
            on(path::close);
            assertThat(onLoop(() -> path.slab().freeCount() + collector.kept.size()))
                    .as("every slot is back or was kept by the receiver")
                    .isEqualTo(SLOTS);
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private <T> T onLoop(Callable<T> work) {
        return loop.submit(work).syncUninterruptibly().getNow();
    }

    private <T> T on(Callable<CompletionStage<T>> work) {
        return onLoop(work).toCompletableFuture().join();
    }

    private DatagramPort bind(DatagramReceiver receiver) {
        return on(() -> path.bind(LOOPBACK, 0, receiver));
    }

    /** Sends one datagram of this content from the first slot it gets. */
    private void send(DatagramPort from, byte[] content, int address, int port) {
        onLoop(() -> {
            int slot = path.slab().acquire();
            int offset = path.slab().dataStart(slot);
            path.slab().memory().put(offset, content);
            from.send(slot, offset, content.length, address, port);
            path.flush();
            return null;
        });
    }

    private static byte[] numbered(int number, int lengthBytes) {
        byte[] content = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            content[i] = (byte) (number + i * 31);
        }
        return content;
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void carriesDatagramsOfEveryLengthUnchanged(DatagramTransport transport) {
        open(transport);
        DatagramPort receiver = bind(collector);
        DatagramPort sender = bind(collector);
        int[] lengths = {1, 8, 40, 1_400, 8_576, SLOT_BYTES - HEADROOM};
        for (int i = 0; i < lengths.length; i++) {
            send(sender, numbered(i, lengths[i]), LOOPBACK, receiver.localPort());
            int arrived = i + 1;
            await().until(() -> collector.datagrams.size() == arrived);
            assertThat(collector.datagrams.get(i)).isEqualTo(numbered(i, lengths[i]));
        }
        assertThat(collector.sourceAddress).isEqualTo(LOOPBACK);
        assertThat(collector.sourcePort).isEqualTo(sender.localPort());
        await().until(() -> collector.batches.get() > 0);
        await().until(() -> path.inFlight() == 0);
        assertThat(sender.sent()).isEqualTo(lengths.length);
        assertThat(sender.sentBytes()).isEqualTo(1 + 8 + 40 + 1_400 + 8_576 + SLOT_BYTES - HEADROOM);
        assertThat(receiver.received()).isEqualTo(lengths.length);
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void keepsOrderOverManyBatches(DatagramTransport transport) {
        open(transport);
        DatagramPort receiver = bind(collector);
        DatagramPort sender = bind(collector);
        int bursts = 100;
        int burst = 64;
        for (int b = 0; b < bursts; b++) {
            int first = b * burst;
            onLoop(() -> {
                for (int i = 0; i < burst; i++) {
                    int slot = path.slab().acquire();
                    int offset = path.slab().dataStart(slot);
                    path.slab().memory().putInt(offset, first + i);
                    sender.send(slot, offset, Integer.BYTES, LOOPBACK, receiver.localPort());
                }
                path.flush();
                return null;
            });
            await().until(() -> collector.datagrams.size() == first + burst);
        }
        for (int i = 0; i < bursts * burst; i++) {
            assertThat(ByteBuffer.wrap(collector.datagrams.get(i)).getInt()).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void countsWhatArrivesWhileNoSlotIsFreeAndRecovers(DatagramTransport transport) {
        open(transport);
        DatagramPort receiver = bind(collector);
        DatagramPort sender = bind(collector);
        List<Integer> taken = new ArrayList<>();
        onLoop(() -> {
            while (path.slab().freeCount() > 1) {
                taken.add(path.slab().acquire());
            }
            return null;
        });
        collector.keeps = true;
        send(sender, numbered(1, 10), LOOPBACK, receiver.localPort());
        await().until(() -> collector.datagrams.size() == 1);
        // the last slot is held by the receiver: the next datagram needs one to be sent from
        onLoop(() -> {
            int slot = taken.removeLast();
            int offset = path.slab().dataStart(slot);
            sender.send(slot, offset, 20, LOOPBACK, receiver.localPort());
            taken.add(path.slab().acquire());
            path.flush();
            return null;
        });
        await().until(() -> receiver.receiveNoSlot() + receiver.received() == 2);
        onLoop(() -> {
            taken.stream().filter(slot -> slot != PacketSlab.NONE).forEach(path.slab()::release);
            collector.kept.forEach(path.slab()::release);
            collector.kept.clear();
            return null;
        });
        collector.keeps = false;
        int before = collector.datagrams.size();
        send(sender, numbered(3, 30), LOOPBACK, receiver.localPort());
        await().until(() -> collector.datagrams.size() == before + 1);
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void countsARefusedDatagramAndGoesOn(DatagramTransport transport) {
        open(transport);
        DatagramPort receiver = bind(collector);
        DatagramPort sender = bind(collector);
        // 255.255.255.255 needs a permission the socket does not have
        send(sender, numbered(1, 10), 0xFFFF_FFFF, 9);
        await().until(() -> sender.sendFailures() == 1);
        send(sender, numbered(2, 10), LOOPBACK, receiver.localPort());
        await().until(() -> collector.datagrams.size() == 1);
        assertThat(path.inFlight()).isZero();
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void survivesAPortWithNobodyBehindIt(DatagramTransport transport) {
        open(transport);
        DatagramPort receiver = bind(collector);
        DatagramPort sender = bind(collector);
        for (int i = 0; i < 20; i++) {
            send(sender, numbered(i, 10), LOOPBACK, 1);
        }
        await().until(() -> sender.sent() + sender.sendFailures() == 20);
        send(sender, numbered(2, 10), LOOPBACK, receiver.localPort());
        await().until(() -> collector.datagrams.size() == 1);
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void survivesAReceiverThatThrows(DatagramTransport transport) {
        open(transport);
        DatagramPort receiver = bind(collector);
        DatagramPort sender = bind(collector);
        collector.throwing = true;
        send(sender, numbered(1, 10), LOOPBACK, receiver.localPort());
        send(sender, numbered(2, 10), LOOPBACK, receiver.localPort());
        await().until(() -> receiver.receiverFailures() == 2);
        collector.throwing = false;
        send(sender, numbered(3, 10), LOOPBACK, receiver.localPort());
        await().until(() -> collector.datagrams.size() == 3);
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void handsOnAnEmptyDatagram(DatagramTransport transport) throws Exception {
        open(transport);
        DatagramPort receiver = bind(collector);
        try (DatagramSocket outside = new DatagramSocket()) {
            outside.send(packet(0, receiver));
            await().until(() -> collector.datagrams.size() == 1);
            assertThat(collector.datagrams.getFirst()).isEmpty();
        }
    }

    private static DatagramPacket packet(int lengthBytes, DatagramPort to) {
        return new DatagramPacket(new byte[lengthBytes], lengthBytes, InetAddress.getLoopbackAddress(), to.localPort());
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void dropsADatagramLongerThanASlot(DatagramTransport transport) throws Exception {
        open(transport);
        DatagramPort receiver = bind(collector);
        try (DatagramSocket outside = new DatagramSocket()) {
            outside.send(packet(SLOT_BYTES - HEADROOM + 1, receiver));
            outside.send(packet(30_000, receiver));
            await().until(() -> receiver.receiveOversize() == 2);
            outside.send(packet(5, receiver));
            await().until(() -> collector.datagrams.size() == 1);
        }
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void namesAddressAndPortWhenItCannotBind(DatagramTransport transport) {
        open(transport);
        DatagramPort taken = bind(collector);
        assertThatThrownBy(() -> on(() -> path.bind(LOOPBACK, taken.localPort(), collector)))
                .hasMessageContaining("cannot bind UDP 127.0.0.1:" + taken.localPort());
    }

    @ParameterizedTest
    @EnumSource(DatagramTransport.class)
    void givesEverySlotBackWhenClosedWithDatagramsWaiting(DatagramTransport transport) {
        open(transport);
        DatagramPort sender = bind(collector);
        onLoop(() -> {
            for (int i = 0; i < SLOTS; i++) {
                int slot = path.slab().acquire();
                sender.send(slot, path.slab().dataStart(slot), 100, LOOPBACK, 1);
            }
            return null;
        });
        on(path::close);
        assertThat(sender.sent() + sender.sendFailures()).isEqualTo(SLOTS);
        assertThat(path.inFlight()).isZero();
    }
}
