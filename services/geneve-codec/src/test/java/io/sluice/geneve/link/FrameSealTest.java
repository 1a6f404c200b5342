// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.packet.geneve.GeneveFlyweight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** A frame and its seal. */
class FrameSealTest {

    private static final long KEY_0 = 0x1122_3344_5566_7788L;
    private static final long KEY_1 = -7;
    private static final long EPOCH = 0x1_02FF;
    private static final int OFFSET = 3;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(2_048).order(ByteOrder.BIG_ENDIAN);
    private final FrameSeal seal = new FrameSeal();

    private int frame(int innerLengthBytes, Random random) {
        byte[] inner = new byte[innerLengthBytes];
        random.nextBytes(inner);
        memory.put(OFFSET + LinkFrame.HEADER_BYTES, inner);
        LinkFrame.write(
                memory,
                OFFSET,
                GeneveFlyweight.PROTOCOL_IPV6,
                LinkFrame.RETURN_FORWARDED,
                15,
                EPOCH,
                0xFEDC,
                0x8123_4567_89AB_CDEFL,
                0xC0FF_EE00,
                0xCB00_710A,
                0x8000_0001);
        int lengthBytes = LinkFrame.HEADER_BYTES + innerLengthBytes;
        seal.seal(memory, OFFSET, lengthBytes, KEY_0, KEY_1, EPOCH);
        return lengthBytes;
    }

    private boolean isSealed(int lengthBytes) {
        ByteBuffer copy = ByteBuffer.allocateDirect(2_048).order(ByteOrder.BIG_ENDIAN);
        copy.put(0, memory, 0, 2_048);
        return seal.isSealed(copy, OFFSET, lengthBytes, KEY_0, KEY_1, EPOCH);
    }

    @Test
    void takesSixtyEightBytesWithIpAndUdp() {
        assertThat(20 + 8 + LinkFrame.HEADER_BYTES).isLessThanOrEqualTo(68);
    }

    @Test
    void carriesEveryFieldAtItsEdges() {
        int lengthBytes = frame(100, new Random(1));
        assertThat(LinkFrame.isFrame(memory, OFFSET, lengthBytes)).isTrue();
        assertThat(LinkFrame.protocolType(memory, OFFSET)).isEqualTo(GeneveFlyweight.PROTOCOL_IPV6);
        assertThat(LinkFrame.kind(memory, OFFSET)).isEqualTo(LinkFrame.RETURN_FORWARDED);
        assertThat(LinkFrame.portSlot(memory, OFFSET)).isEqualTo(15);
        assertThat(LinkFrame.epochLow(memory, OFFSET)).isEqualTo((byte) 0xFF);
        assertThat(LinkFrame.port(memory, OFFSET)).isEqualTo(0xFEDC);
        assertThat(LinkFrame.endpointId(memory, OFFSET)).isEqualTo(0x8123_4567_89AB_CDEFL);
        assertThat(LinkFrame.flowCookie(memory, OFFSET)).isEqualTo(0xC0FF_EE00);
        assertThat(LinkFrame.address(memory, OFFSET)).isEqualTo(0xCB00_710A);
        assertThat(LinkFrame.targetKey(memory, OFFSET)).isEqualTo(0x8000_0001_CB00_710AL);
        assertThat(isSealed(lengthBytes)).isTrue();
    }

    @RepeatedTest(20)
    void noBitCanBeChanged(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int lengthBytes = frame(random.nextInt(60), random);
        assertThat(isSealed(lengthBytes)).isTrue();
        for (int bit = 0; bit < lengthBytes * 8; bit++) {
            int at = OFFSET + (bit / 8);
            memory.put(at, (byte) (memory.get(at) ^ 1 << (bit % 8)));
            assertThat(isSealed(lengthBytes))
                    .as("bit %d of %d bytes", bit, lengthBytes)
                    .isFalse();
            memory.put(at, (byte) (memory.get(at) ^ 1 << (bit % 8)));
        }
    }

    @Test
    void isWorthNothingUnderAnotherKeyEpochOrLength() {
        int lengthBytes = frame(100, new Random(2));
        assertThat(isSealed(lengthBytes - 1)).isFalse();
        assertThat(isSealed(lengthBytes + 1)).isFalse();
        assertThat(seal.isSealed(memory, OFFSET, lengthBytes, KEY_0 + 1, KEY_1, EPOCH))
                .isFalse();
        frame(100, new Random(2));
        assertThat(seal.isSealed(memory, OFFSET, lengthBytes, KEY_0, KEY_1 + 1, EPOCH))
                .isFalse();
        frame(100, new Random(2));
        assertThat(seal.isSealed(memory, OFFSET, lengthBytes, KEY_0, KEY_1, EPOCH + 256))
                .as("another epoch with the same low bits")
                .isFalse();
    }
}
