// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link FullBufferKernelIT} runs in a namespace whose only device takes 20 Mbit/s: a send buffer that is full costs
 * datagrams and is counted, nothing waits for it, and what leaves is in order.
 *
 * <p>Prints {@code held}.
 */
final class FullBufferScenario {

    private static final int SEND_BUFFER_BYTES = 128 << 10;
    private static final int BURSTS = 200;
    private static final int BURST = 100;
    private static final int LENGTH_BYTES = 1_000;

    private FullBufferScenario() {}

    /**
     * Runs the scenario.
     *
     * @throws IOException where the kernel refuses a socket
     */
    public static void main(String[] arguments) throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(DatagramTransport.IO_URING, 1_024, 2_048)) {
            List<Integer> arrived = new ArrayList<>();
            DatagramPort receiver = rig.bind(new DatagramReceiver() {
                @Override
                public void onDatagram(
                        DatagramPort port, int slot, int offset, int bytes, int sourceAddress, int sourcePort) {
                    arrived.add(rig.slab.memory().getInt(offset));
                    rig.slab.release(slot);
                }

                @Override
                public void onBatchEnd() {}
            });
            UringDatagramPort sender = (UringDatagramPort) rig.bind(new Collector(rig.slab));
            sender.socket().setSendBufferSize(SEND_BUFFER_BYTES);
            for (int burst = 0; burst < BURSTS; burst++) {
                int first = burst * BURST;
                rig.onLoop(() -> {
                    for (int i = first; i < first + BURST; i++) {
                        // now and then a shorter one, so that aggregates and single ones take turns
                        byte[] content = new byte[i % 7 == 0 ? LENGTH_BYTES / 2 : LENGTH_BYTES];
                        ByteBuffer.wrap(content).putInt(i);
                        rig.queue(sender, content, LOOPBACK, receiver.localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                rig.awaitQuiet();
            }
            assertThat(sender.sent() + sender.sendFailures()).isEqualTo(BURSTS * (long) BURST);
            assertThat(sender.sendFailures()).as("what the device did not take").isPositive();
            assertThat(sender.offloadFallbacks()).isZero();
            eventually().until(() -> receiver.received() == sender.sent());
            List<Integer> numbers = rig.onLoop(() -> List.copyOf(arrived));
            assertThat(numbers).isSorted().doesNotHaveDuplicates();
        }
        System.out.println("held");
    }
}
