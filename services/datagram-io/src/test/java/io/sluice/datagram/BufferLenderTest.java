// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which blocks are lent for which buffers, against a kernel that only takes notes. */
class BufferLenderTest {

    private static final long ADDRESS = 0x7000_0000_0000L;
    private static final int BUFFER_BYTES = 2_048;
    private static final long SEED = 4;

    private static final class Notes implements IoRegistration {

        private final Deque<Submitted> submitted = new ArrayDeque<>();
        private boolean canceled;
        private boolean full;

        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // the signature is Netty's
        public <T> T attachment() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long submit(IoOps ops) {
            if (full) {
                throw new IllegalStateException("SQ ring full");
            }
            submitted.add(Submitted.of(ops));
            return 1;
        }

        @Override
        public boolean isValid() {
            return !canceled;
        }

        @Override
        public boolean cancel() {
            canceled = true;
            return true;
        }
    }

    private final Notes notes = new Notes();
    private final List<Integer> unused = new ArrayList<>();

    private BufferLender lender(int count) {
        BufferLender lender = new BufferLender((short) 7, ADDRESS, count, BUFFER_BYTES, unused::add);
        lender.register(notes);
        return lender;
    }

    @Test
    void lendsARunOfNeighboursAsOneBlock() {
        BufferLender lender = lender(256);
        for (int buffer = 64; buffer < 128; buffer++) {
            lender.gather(buffer);
        }
        lender.lend();
        assertThat(notes.submitted).hasSize(1);
        Submitted block = notes.submitted.getFirst();
        assertThat(block.first()).isEqualTo(64);
        assertThat(block.count()).isEqualTo(64);
        assertThat(block.address()).isEqualTo(ADDRESS + 64L * BUFFER_BYTES);
        assertThat(block.bytes()).isEqualTo(BUFFER_BYTES);
        assertThat(lender.lentCount()).isEqualTo(64);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 100, 256, 8_192, BufferLender.BUFFERS_MAX})
    void lendsExactlyWhatWasGatheredAndGetsBackExactlyWhatIsRefused(int count) {
        Random random = new Random(SEED + count);
        BufferLender lender = lender(count);
        BitSet here = new BitSet();
        here.set(0, count);
        for (int round = 0; round < (count > 1_000 ? 4 : 40); round++) {
            int dense = 1 + random.nextInt(8);
            BitSet gathered = new BitSet();
            here.stream().filter(buffer -> random.nextInt(8) < dense).forEach(gathered::set);
            gathered.stream().forEach(lender::gather);
            lender.lend();
            here.andNot(gathered);
            BitSet seen = new BitSet();
            while (!notes.submitted.isEmpty()) {
                Submitted block = notes.submitted.remove();
                assertThat(block.opcode()).isEqualTo(KernelAbi.OP_PROVIDE_BUFFERS);
                assertThat(block.address()).isEqualTo(ADDRESS + (long) block.first() * BUFFER_BYTES);
                assertThat(block.first() % block.count()).isZero();
                BitSet own = new BitSet();
                own.set(block.first(), block.first() + block.count());
                assertThat(own.intersects(seen)).isFalse();
                seen.or(own);
                boolean refused = random.nextInt(5) == 0;
                lender.handle(notes, block.answer(refused ? -KernelAbi.ENOMEM : 0));
                assertThat(unused)
                        .containsExactlyElementsOf(
                                refused ? own.stream().boxed().toList() : List.of());
                unused.forEach(here::set);
                unused.clear();
            }
            assertThat(seen).isEqualTo(gathered);
            for (int buffer = 0; buffer < count; buffer++) {
                if (!here.get(buffer) && random.nextBoolean()) {
                    lender.take(buffer);
                    here.set(buffer);
                }
            }
            assertThat(lender.lentCount()).isEqualTo(count - here.cardinality());
        }
    }

    @Test
    void takesBackWhatTheKernelSaidItTookOnceItHasNoneLeft() {
        BufferLender lender = lender(8);
        lender.gather(1);
        lender.gather(4);
        lender.lend();
        lender.exhausted();
        assertThat(unused).as("with blocks unanswered").isEmpty();
        while (!notes.submitted.isEmpty()) {
            lender.handle(notes, notes.submitted.remove().answer(0));
        }
        lender.take(4);
        lender.exhausted();
        assertThat(unused).containsExactly(1);
        assertThat(lender.lentCount()).isZero();
        assertThat(lender.losses()).isEqualTo(1);
        lender.exhausted();
        assertThat(lender.losses()).as("nothing was missing").isEqualTo(1);
    }

    @Test
    void givesBackWhatTheRingDoesNotTake() {
        BufferLender lender = lender(8);
        notes.full = true;
        lender.gather(1);
        lender.gather(4);
        lender.lend();
        assertThat(unused).containsExactly(1, 4);
        assertThat(lender.lentCount()).isZero();
        assertThat(lender.losses()).isEqualTo(2);
        notes.full = false;
        lender.gather(4);
        lender.lend();
        assertThat(notes.submitted).hasSize(1);
        assertThat(lender.lentCount()).isEqualTo(1);
    }

    @Test
    void refusesABufferThatWasNotLent() {
        BufferLender lender = lender(8);
        lender.gather(3);
        lender.lend();
        lender.take(3);
        assertThatIllegalStateException().isThrownBy(() -> lender.take(3)).withMessageContaining("buffer 3");
    }

    @Test
    void givesBackWhatIsStillLentOnceTheKernelHasAnsweredEverything() {
        BufferLender lender = lender(8);
        lender.gather(1);
        lender.gather(2);
        lender.gather(5);
        lender.lend();
        lender.take(2);
        boolean[] closed = {false};
        lender.close(() -> closed[0] = true);
        lender.gather(6);
        lender.lend();
        Submitted last = notes.submitted.getLast();
        assertThat(last.opcode()).isEqualTo(KernelAbi.OP_REMOVE_BUFFERS);
        while (!notes.submitted.isEmpty()) {
            assertThat(closed[0]).isFalse();
            Submitted next = notes.submitted.remove();
            lender.handle(notes, next.answer(0));
        }
        assertThat(closed[0]).isTrue();
        assertThat(unused).containsExactly(1, 5);
        assertThat(notes.isValid()).isFalse();
    }
}
