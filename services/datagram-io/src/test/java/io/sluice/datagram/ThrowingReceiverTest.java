// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static io.sluice.datagram.LoopbackRig.LOOPBACK;
import static io.sluice.datagram.LoopbackRig.SLOTS;
import static io.sluice.datagram.LoopbackRig.eventually;
import static io.sluice.datagram.LoopbackRig.numbered;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A receiver that throws loses its datagram, and no memory; what it did before it threw holds. */
@ExtendWith(LeakWatch.class)
class ThrowingReceiverTest {

    /** What a receiver does before it throws. */
    enum Before {
        NOTHING,
        RELEASE,
        SEND,
        SEND_OUTSIDE,
        KEEP,
        RELEASE_AND_ACQUIRE
    }

    /** Throws each time, until it is told to stop. */
    private static final class Thrower implements DatagramReceiver {

        private final LoopbackRig rig;
        private final Before before;
        private final List<Integer> owned = new ArrayList<>();
        private boolean throwing = true;
        private int calm;

        Thrower(LoopbackRig rig, Before before) {
            this.rig = rig;
            this.before = before;
        }

        @Override
        public void onDatagram(
                DatagramPort port, int slot, int offset, int lengthBytes, int sourceAddress, int sourcePort) {
            if (!throwing) {
                rig.slab.release(slot);
                calm++;
                return;
            }
            switch (before) {
                case NOTHING -> {}
                case RELEASE -> rig.slab.release(slot);
                case SEND -> port.send(slot, offset, lengthBytes, LOOPBACK, rig.outside.getLocalPort());
                case SEND_OUTSIDE -> port.send(slot, offset, 1 << 20, LOOPBACK, rig.outside.getLocalPort());
                case KEEP -> owned.add(rig.slab.keep(slot, offset, lengthBytes));
                case RELEASE_AND_ACQUIRE -> {
                    rig.slab.release(slot);
                    owned.add(rig.slab.acquire());
                }
            }
            throw new IllegalStateException("as the test wants it");
        }

        @Override
        public void onBatchEnd() {
            owned.forEach(rig.slab::release); // throws where one was taken from it
            owned.clear();
        }
    }

    static Stream<Arguments> cases() {
        return Stream.of(DatagramTransport.values())
                .flatMap(transport -> Stream.of(Receiving.values())
                        .filter(receiving -> transport == DatagramTransport.IO_URING || receiving == Receiving.ALONE)
                        .flatMap(receiving ->
                                Stream.of(Before.values()).map(before -> Arguments.of(transport, receiving, before))));
    }

    @ParameterizedTest(name = "{0}, received {1}, {2} before it throws")
    @MethodSource("cases")
    void goesOnWithTheNextDatagramHoweverOftenItThrows(DatagramTransport transport, Receiving receiving, Before before)
            throws IOException {
        try (LoopbackRig rig = LoopbackRig.open(transport, SLOTS, LoopbackRig.SLOT_BYTES, receiving)) {
            Thrower thrower = new Thrower(rig, before);
            DatagramPort port = rig.bind(thrower);
            DatagramPort sender = rig.bind(new Collector(rig.slab));
            int together = 10;
            int thrown = 400; // more than there are slots or aggregates
            for (int all = together; all <= thrown; all += together) {
                int expected = all;
                rig.onLoop(() -> {
                    for (int i = 0; i < together; i++) {
                        rig.queue(sender, numbered(i, 100), LOOPBACK, port.localPort());
                    }
                    rig.path.flush();
                    return null;
                });
                eventually().until(() -> port.receiverFailures() == expected);
            }
            rig.awaitQuiet();
            rig.onLoop(() -> {
                thrower.throwing = false;
                return null;
            });
            rig.sendFromOutside(numbered(1, 10), port);
            eventually().until(() -> rig.onLoop(() -> thrower.calm) == 1);
            assertThat(port.received()).isEqualTo(thrown + 1);
            assertThat(port.receiveNoSlot()).isZero();
            assertThat(port.receiverFailures()).isEqualTo(thrown);
            assertThat(port.sent()).isEqualTo(before == Before.SEND ? thrown : 0);
        }
    }
}
