// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.sluice.testkit.PacketBuilder;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** A packet of a known flow makes no garbage on its way there and back (house style, section 6). */
class NoAllocationTest {

    private static final int PACKETS = 50_000;
    /** What the measurement itself may cost, whatever the number of packets. */
    private static final long MEASURING_BYTES_MAX = 20_000;

    private final ShardRig rig = new ShardRig();
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void forwardsAndDeliversWithoutAllocating() {
        byte[] inner = PacketBuilder.ipv4()
                .from("10.20.0.5")
                .to("203.0.113.10")
                .tcp(40_000, 443)
                .flags("S")
                .build();
        byte[] plain = PacketBuilder.geneve().vni(VNI).payload(inner).build();
        rig.fromEndpoint(plain, ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        byte[] returned = rig.onlySentToTarget().payload();
        for (RecordingPort port : rig.targetPorts) {
            port.onlyCount();
        }
        rig.endpointPort.onlyCount();

        pass(plain, returned);
        long before = threads.getCurrentThreadAllocatedBytes();
        pass(plain, returned);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes for %d packets", 2 * PACKETS).isLessThan(MEASURING_BYTES_MAX);
        assertThat(rig.endpointPort.sent()).isEqualTo(2L * PACKETS);
    }

    @Test
    void answersKeepAlivesWithoutAllocating() {
        byte[] keepAlive =
                PacketBuilder.geneve().vni(VNI).control().payload(new byte[8]).build();
        rig.endpointPort.onlyCount();
        for (int i = 0; i < PACKETS; i++) {
            there(keepAlive);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < PACKETS; i++) {
            there(keepAlive);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes for %d keep-alives", PACKETS).isLessThan(MEASURING_BYTES_MAX);
        assertThat(rig.endpointPort.sent()).isEqualTo(2L * PACKETS);
    }

    /** Each of another epoch and under another cookie, with time going by so that the budget always lasts: every MAC is tried. */
    @Test
    void triesTheCookiesOfForgedReturnsWithoutAllocating() {
        byte[] inner = PacketBuilder.ipv4()
                .from("203.0.113.10")
                .to("10.20.0.5")
                .tcp(443, 40_000)
                .flags("A")
                .build();
        byte[][] forged = new byte[8][];
        for (int i = 0; i < forged.length; i++) {
            forged[i] = Inner.encapsulated(inner, i << 30 | i << 24 | 0xBADF00);
        }
        rig.shard.startedAgain(Integer.MAX_VALUE);
        rig.endpointPort.onlyCount();
        forge(forged);
        long before = threads.getCurrentThreadAllocatedBytes();
        forge(forged);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).as("bytes for %d forged returns", PACKETS).isLessThan(MEASURING_BYTES_MAX);
        assertThat(rig.shard.budget().failedCount()).isEqualTo(2L * PACKETS);
        assertThat(rig.endpointPort.sent()).isZero();
    }

    private void forge(byte[][] forged) {
        for (int i = 0; i < PACKETS; i++) {
            rig.nowMs += 20;
            back(forged[i % forged.length]);
        }
    }

    private void pass(byte[] plain, byte[] returned) {
        for (int i = 0; i < PACKETS; i++) {
            there(plain);
            back(returned);
        }
    }

    private void there(byte[] plain) {
        int slot = rig.slab.acquire();
        int offset = rig.slab.dataStart(slot);
        rig.slab.memory().put(offset, plain);
        rig.shard.pipeline().onDatagram(rig.endpointPort, slot, offset, plain.length, ATTACHMENT, INGRESS_PORT);
        rig.shard.pipeline().onBatchEnd();
    }

    private void back(byte[] returned) {
        int slot = rig.slab.acquire();
        int offset = rig.slab.dataStart(slot);
        rig.slab.memory().put(offset, returned);
        rig.decoder.onDatagram(rig.targetPorts[0], slot, offset, returned.length, FW_A, 49_152);
        rig.decoder.onBatchEnd();
    }
}
