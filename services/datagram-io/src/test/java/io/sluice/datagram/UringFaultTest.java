// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ring that takes nothing more, and a kernel that takes no buffers. */
@ExtendWith(LeakWatch.class)
class UringFaultTest {

    private final FaultyRing ring = new FaultyRing();

    @ParameterizedTest
    @EnumSource
    void receivesOnAfterTheKernelSaidItTookBuffersThatItDidNotTake(Receiving receive) throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 64, receive)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            ring.fault = FaultyRing.buffersAnswered(0);
            for (int i = 0; i < 200; i++) {
                rig.sendFromOutside(numbered(i, 20), port);
            }
            eventually().until(() -> collector.count() >= 8);
            assertThat(collector.count()).isLessThan(200);
            ring.fault = FaultyRing.NONE;
            eventually().until(() -> collector.count() == 200);
        }
    }

    @ParameterizedTest
    @EnumSource
    void triesEverMoreSlowlyWhileTheKernelTakesNoBuffers(Receiving receive) throws IOException {
        List<Long> armedAt = new CopyOnWriteArrayList<>();
        try (LoopbackRig rig = LoopbackRig.over(ring, 64, receive)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            ring.fault = ops -> {
                if (ops.opcode() == KernelAbi.OP_RECVMSG) {
                    armedAt.add(System.nanoTime());
                }
                return ops.opcode() == KernelAbi.OP_PROVIDE_BUFFERS ? -KernelAbi.ENOMEM : null;
            };
            for (int i = 0; i < 200; i++) {
                rig.sendFromOutside(numbered(i, 20), port);
            }
            eventually().until(() -> armedAt.size() >= 24);
            List<Long> gapsMs = new ArrayList<>();
            for (int i = 14; i < 24; i++) {
                gapsMs.add(TimeUnit.NANOSECONDS.toMillis(armedAt.get(i) - armedAt.get(i - 1)));
            }
            assertThat(gapsMs.stream().mapToLong(Long::longValue).sum())
                    .as("ms that ten tries took: %s", gapsMs)
                    .isGreaterThan(300);
            ring.fault = FaultyRing.NONE;
            eventually().until(() -> collector.count() == 200);
        }
    }

    @Test
    void bindsWhereTheSelfTestCannotEvenBegin() throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 64, Receiving.ALONE)) {
            ring.registrations.set(3); // of the batch's end, of the buffers, of the port
            Collector collector = new Collector(rig.slab);
            UringDatagramPort port = (UringDatagramPort) rig.bind(collector);
            ring.registrations.set(1);
            DatagramPort later = rig.bind(collector);
            assertThat(port.sender().aggregating()).isFalse();
            rig.send(later, numbered(1, 10), port.localPort());
            eventually().until(() -> collector.count() == 1);
        }
    }

    @Test
    void leavesNoTimerBehindTheSelfTest() throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 64, Receiving.ALONE)) {
            rig.bind(new Collector(rig.slab));
            assertThat(ring.timers).isNotEmpty();
            // closing the test's socket may take a timer of a millisecond; that of the test would take two seconds
            eventually()
                    .atMost(1, TimeUnit.SECONDS)
                    .until(() -> ring.timers.stream().allMatch(Future::isDone));
        }
    }

    @Test
    void refusesWhatTheRingDoesNotTakeAndSendsWhatComesLater() throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 64, Receiving.ALONE)) {
            Collector collector = new Collector(rig.slab);
            DatagramPort port = rig.bind(collector);
            rig.onLoop(() -> {
                ring.fault = FaultyRing.fullFor(KernelAbi.OP_SENDMSG);
                rig.queue(port, numbered(1, 100), LOOPBACK, port.localPort());
                rig.queue(port, numbered(2, 100), LOOPBACK, port.localPort());
                rig.queue(port, numbered(3, 200), LOOPBACK, port.localPort()); // sends off the first two
                assertThat(port.sendFailures()).isEqualTo(2);
                assertThat(port.inFlight()).isEqualTo(1);
                ring.fault = FaultyRing.NONE;
                rig.path.flush();
                return null;
            });
            eventually().until(() -> collector.count() == 1);
            assertThat(collector.last()).isEqualTo(numbered(3, 200));
            rig.onLoop(() -> {
                ring.fault = FaultyRing.fullFor(KernelAbi.OP_SENDMSG);
                rig.queue(port, numbered(4, 50), LOOPBACK, port.localPort());
                rig.path.flush();
                ring.fault = FaultyRing.NONE;
                return null;
            });
            assertThat(port.sendFailures()).isEqualTo(3);
            assertThat(port.inFlight()).isZero();
        }
    }

    @Test
    void receivesOnAfterTheRingTookNothing() throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 16, Receiving.ALONE)) {
            Collector collector = new Collector(rig.slab);
            UringDatagramPort port = (UringDatagramPort) rig.bind(collector);
            ring.fault = FaultyRing.fullFor(
                    KernelAbi.OP_NOP, KernelAbi.OP_PROVIDE_BUFFERS, KernelAbi.OP_RECVMSG, KernelAbi.OP_POLL_ADD);
            for (int i = 0; i < 40; i++) {
                rig.sendFromOutside(numbered(i, 20), port);
            }
            eventually().until(() -> port.counters().submitFailures.get() >= 2);
            assertThat(collector.count()).isBetween(1, 39);
            assertThat(collector.batches.get())
                    .as("batches end without a marker")
                    .isPositive();
            ring.fault = FaultyRing.NONE;
            eventually().until(() -> collector.count() == 40);
        }
    }

    @Test
    void endsTheBatchOfOneSocketWhileAnotherClosesInIt() throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 8, Receiving.ALONE)) {
            Collector closing = new Collector(rig.slab);
            Collector neighbour = new Collector(rig.slab);
            UringDatagramPort first = (UringDatagramPort) rig.bind(closing);
            DatagramPort second = rig.bind(neighbour);
            closing.atBatchEnd(first::close);
            rig.onLoop(() -> {
                // two buffers are lent: what the second datagram finds ends the first socket's receive, and it closes
                // at once
                ring.fault = FaultyRing.fullFor(KernelAbi.OP_RECVMSG, KernelAbi.OP_POLL_ADD);
                rig.sendFromOutside(numbered(1, 20), second);
                rig.sendFromOutside(numbered(1, 20), first);
                rig.sendFromOutside(numbered(2, 20), first);
                return null;
            });
            eventually().until(() -> first.counters().submitFailures.get() > 0);
            ring.fault = FaultyRing.NONE;
            eventually().until(() -> neighbour.count() == 1 && neighbour.batches.get() == 1);
        }
    }

    @Test
    void closesWhileItDropsWhatFindsNoSlot() throws IOException {
        try (LoopbackRig rig = LoopbackRig.over(ring, 8, Receiving.ALONE)) {
            List<Integer> held = new ArrayList<>();
            DatagramPort port = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort to, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    held.add(slot);
                }

                @Override
                public void onBatchEnd() {}
            });
            AtomicInteger drains = new AtomicInteger();
            AtomicReference<CompletionStage<Void>> closed = new AtomicReference<>();
            ring.fault = ops -> {
                if (ops.opcode() == KernelAbi.OP_RECVMSG && ops.data() == 1 && drains.incrementAndGet() == 2) {
                    closed.set(rig.path.close());
                }
                return null;
            };
            for (int i = 0; i < 40; i++) {
                rig.sendFromOutside(numbered(i, 20), port);
            }
            eventually().until(() -> closed.get() != null);
            closed.get().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
            assertThat(rig.onLoop(() -> port.received())).isEqualTo(8);
            rig.onLoop(() -> {
                held.forEach(rig.slab::release);
                return null;
            });
        }
    }
}
