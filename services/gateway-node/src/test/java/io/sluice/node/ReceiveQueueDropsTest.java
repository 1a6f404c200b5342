// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.sluice.datagram.DatagramPath;
import io.sluice.datagram.DatagramPaths;
import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.DatagramTransport;
import io.sluice.datagram.PacketSlab;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiveQueueDropsTest {

    private static final int LOOPBACK = 0x7F00_0001;

    @Test
    void readsWhatTheKernelCountedForASocketThatNobodyReads() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoop loop = group.next();
        CountDownLatch stuck = new CountDownLatch(1);
        try {
            PacketSlab slab = new PacketSlab(4, 256, 64);
            DatagramPath path = DatagramPaths.open(loop, DatagramTransport.NIO, slab);
            DatagramReceiver receiver = new DatagramReceiver() {
                @Override
                public void onDatagram(DatagramPort port, int slot, int offset, int length, int address, int source) {
                    slab.release(slot);
                }

                @Override
                public void onBatchEnd() {
                    // nothing gathers
                }
            };
            DatagramPort port = loop.submit(() -> path.bind(LOOPBACK, 0, receiver))
                    .get()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            ReceiveQueueDrops drops = new ReceiveQueueDrops();
            assertThat(drops.of(Stream.of(port))).isZero();
            loop.execute(() -> {
                try {
                    stuck.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                }
            });
            try (DatagramSocket sender = new DatagramSocket()) {
                DatagramPacket packet = new DatagramPacket(
                        new byte[60_000], 60_000, InetAddress.getLoopbackAddress(), port.localPort());
                await().until(() -> {
                    for (int i = 0; i < 200; i++) {
                        sender.send(packet);
                    }
                    return drops.of(Stream.of(port)) > 0;
                });
            }
            stuck.countDown();
            loop.submit(path::close).get().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } finally {
            stuck.countDown();
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void saysNothingWhereThereIsNoSuchTable(@TempDir Path directory) {
        assertThat(new ReceiveQueueDrops(directory.resolve("absent")).of(Stream.empty()))
                .isZero();
    }
}
