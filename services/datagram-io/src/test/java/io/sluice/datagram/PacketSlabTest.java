// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PacketSlabTest {

    private final PacketSlab slab = new PacketSlab(4, 100, 30);

    @Test
    void laysSlotsSideBySideWithTheHeadroomInFront() {
        Set<Integer> starts = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            int slot = slab.acquire();
            starts.add(slab.slotStart(slot));
            assertThat(slab.dataStart(slot)).isEqualTo(slab.slotStart(slot) + 30);
        }
        assertThat(starts).containsExactlyInAnyOrder(0, 100, 200, 300);
        assertThat(slab.dataBytesMax()).isEqualTo(70);
        assertThat(slab.slotBytes()).isEqualTo(100);
        assertThat(slab.headroomBytes()).isEqualTo(30);
        assertThat(slab.slotCount()).isEqualTo(4);
        assertThat(slab.memory().capacity()).isEqualTo(400);
        assertThat(slab.memory().isDirect()).isTrue();
        assertThat(slab.memory().order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @Test
    void answersNoneWhenEverySlotIsTakenAndRecovers() {
        int last = PacketSlab.NONE;
        for (int i = 0; i < 4; i++) {
            last = slab.acquire();
        }
        assertThat(slab.freeCount()).isZero();
        assertThat(slab.acquire()).isEqualTo(PacketSlab.NONE);
        assertThat(slab.acquire()).isEqualTo(PacketSlab.NONE);
        slab.release(last);
        assertThat(slab.freeCount()).isEqualTo(1);
        assertThat(slab.acquire()).isEqualTo(last);
    }

    @Test
    void refusesASecondRelease() {
        int slot = slab.acquire();
        slab.release(slot);
        assertThatIllegalStateException()
                .isThrownBy(() -> slab.release(slot))
                .withMessage("slot " + slot + " released twice");
        assertThat(slab.freeCount()).isEqualTo(4);
    }

    @Test
    void refusesToReleaseWhatWasNeverAcquiredOrIsNoSlot() {
        assertThatIllegalStateException().isThrownBy(() -> slab.release(2));
        assertThatThrownBy(() -> slab.release(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> slab.release(PacketSlab.NONE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(slab.freeCount()).isEqualTo(4);
    }

    @Test
    void neverHandsOutASlotTwice() {
        PacketSlab many = new PacketSlab(64, 8, 0);
        Set<Integer> held = new HashSet<>();
        Random random = new Random(20_261_124);
        for (int step = 0; step < 20_000; step++) {
            if (random.nextBoolean()) {
                int slot = many.acquire();
                assertThat(slot == PacketSlab.NONE).isEqualTo(held.size() == 64);
                assertThat(slot == PacketSlab.NONE || held.add(slot)).isTrue();
            } else if (!held.isEmpty()) {
                int slot = held.iterator().next();
                held.remove(slot);
                many.release(slot);
            }
            assertThat(many.freeCount()).isEqualTo(64 - held.size());
        }
    }

    @ParameterizedTest(name = "{0} slots of {1} bytes, {2} of them headroom")
    @CsvSource({"0, 100, 10", "-1, 100, 10", "1, 10, 10", "1, 10, 11", "1, 10, -1", "1, 0, 0", "1, -5, 0"})
    void refusesSizesOutOfRange(int slotCount, int slotBytes, int headroomBytes) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketSlab(slotCount, slotBytes, headroomBytes))
                .withMessageContaining("slotCount " + slotCount);
    }

    @Test
    void refusesMoreThanOffsetsCanName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PacketSlab(1 << 16, 1 << 15, 0))
                .withMessageContaining("exceeds 2 GiB");
    }

    @Test
    void takesASlabOfOneSlotOfOneByte() {
        PacketSlab smallest = new PacketSlab(1, 1, 0);
        assertThat(smallest.dataBytesMax()).isEqualTo(1);
        assertThat(smallest.acquire()).isZero();
        assertThat(smallest.acquire()).isEqualTo(PacketSlab.NONE);
    }
}
