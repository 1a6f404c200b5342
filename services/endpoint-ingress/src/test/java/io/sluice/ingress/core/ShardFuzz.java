// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.PacketBuilder;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;

/**
 * One datagram into one whole shard with one open flow: what holds whatever the datagram is. Nothing is thrown, every
 * packet is accounted for, and the next valid packet passes both ways.
 *
 * <p><b>Layout</b> of an input: one byte chooses who sends it, the rest is the UDP payload. Inputs share a shard, but
 * each finds it without flows, so that it does alone what it did among others.
 */
final class ShardFuzz {

    private static final int[] ENDPOINT_SENDERS = {ATTACHMENT, SECOND_ATTACHMENT, OTHER_ATTACHMENT, 0x0A00_0063};
    private static final int[] TARGET_SENDERS = {FW_A, FW_B, 0x0A01_0063};
    private static final int DATAGRAM_BYTES_MAX = 9_000;
    private static final long IDLE_MS = 400_000;
    private static final byte[] INNER = PacketBuilder.ipv4()
            .from("10.20.0.5")
            .to("203.0.113.10")
            .tcp(40_000, 443)
            .flags("S")
            .payloadBytes(24)
            .build();
    private static final byte[] PLAIN =
            PacketBuilder.geneve().vni(VNI).payload(INNER).build();

    private static ShardFuzz current = new ShardFuzz();

    private final ShardRig rig = new ShardRig();

    private ShardFuzz() {}

    /** An input at the endpoint side. */
    static void fromEndpoint(byte[] input) {
        run(input, ENDPOINT_SENDERS, rig -> rig::fromEndpoint);
    }

    /** An input at the target side. */
    static void fromTarget(byte[] input) {
        run(input, TARGET_SENDERS, rig -> rig::fromTarget);
    }

    private static void run(byte[] input, int[] senders, Function<ShardRig, ObjIntConsumer<byte[]>> side) {
        if (input.length == 0) {
            return;
        }
        ShardFuzz fuzz = current;
        current = null; // a shard that has failed is not used again
        fuzz = fuzz == null ? new ShardFuzz() : fuzz;
        fuzz.openTheFlow();
        side.apply(fuzz.rig).accept(payload(input), senders[(input[0] & 0xFF) % senders.length]);
        fuzz.checkAfterwards();
        fuzz.forgetEverything();
        current = fuzz;
    }

    private void openTheFlow() {
        rig.fromEndpoint(PLAIN, ATTACHMENT);
        rig.answer(TARGET_A, COOKIE);
        rig.sentToTargets();
    }

    /** Every flow is idle for too long; a removal counts as a visit, so that one sweep does not get everywhere. */
    private void forgetEverything() {
        for (int sweep = 0; sweep < 2; sweep++) {
            rig.nowMs += IDLE_MS;
            rig.shard.ends().sweep(rig.nowMs);
        }
        assertThat(rig.table.size()).as("flows after their idle timeout").isZero();
        rig.closed.clear();
        rig.touched.clear();
        rig.offered.clear();
    }

    private static byte[] payload(byte[] input) {
        return Arrays.copyOfRange(input, 1, Math.min(input.length, 1 + DATAGRAM_BYTES_MAX));
    }

    private void checkAfterwards() {
        while (!rig.asked.isEmpty()) {
            rig.answer(TARGET_B, COOKIE + 1);
        }
        rig.checkNothingIsLost();
        rig.endpointPort.take();
        rig.sentToTargets();
        rig.fromEndpoint(PLAIN, ATTACHMENT);
        if (!rig.asked.isEmpty()) {
            rig.answer(TARGET_A, COOKIE + 2); // the input looked like the end of the flow
        }
        RecordingPort.Sent toTarget = rig.onlySentToTarget();
        assertThat(Arrays.copyOfRange(toTarget.payload(), 40, toTarget.payload().length))
                .isEqualTo(INNER);
        rig.fromTarget(toTarget.payload(), toTarget.address());
        assertThat(rig.onlyDelivered().payload()).isEqualTo(PLAIN);
        rig.checkNothingIsLost();
    }
}
