// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.id.NodeId;
import io.sluice.model.message.NodeStatus;
import io.sluice.model.wire.WireCodec;
import io.sluice.model.wire.WireCodecs;
import io.vertx.core.buffer.Buffer;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {

    private static final int BEFORE = 7;

    static Stream<WireCodec<?>> codecs() {
        return WireCodecs.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void writesAndReadsInTheMiddleOfAFrame(WireCodec<T> wire) {
        T message = Fixtures.of(wire.type());
        RecordCodec<T> codec = new RecordCodec<>(wire);
        Buffer frame = Buffer.buffer(new byte[BEFORE]);
        codec.encodeToWire(frame, message);
        frame.appendLong(-1);
        assertThat(codec.decodeFromWire(BEFORE, frame)).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void answersAnyCutWithABodyThatSaysSo(WireCodec<T> wire) {
        RecordCodec<T> codec = new RecordCodec<>(wire);
        Buffer frame = Buffer.buffer();
        codec.encodeToWire(frame, Fixtures.of(wire.type()));
        for (int bytes = 0; bytes < frame.length(); bytes++) {
            assertThat(codec.decodeFromWire(0, frame.getBuffer(0, bytes))).isInstanceOf(UnreadableBody.class);
        }
    }

    @ParameterizedTest
    @MethodSource("codecs")
    <T> void handsOnTheSameInstanceInsideAProcess(WireCodec<T> wire) {
        T message = Fixtures.of(wire.type());
        assertThat(new RecordCodec<>(wire).transform(message)).isSameAs(message);
    }

    @Test
    void writesAnEmptyBodyForWhatIsTooLarge() {
        WireCodec<?> wire = WireCodecs.ALL.stream()
                .filter(codec -> codec.type() == NodeStatus.class)
                .findFirst()
                .orElseThrow();
        var tooLarge = new NodeStatus(new NodeId("a"), 1, Collections.nCopies(33, "role"), 0);
        Buffer frame = Buffer.buffer();
        encode(new RecordCodec<>(wire), frame, tooLarge);
        assertThat(frame).isEqualTo(Buffer.buffer().appendInt(0));
        assertThat(new RecordCodec<>(wire).decodeFromWire(0, frame))
                .isEqualTo(new UnreadableBody("NodeStatus.version at byte 0: 1 bytes needed where 0 are left"));
    }

    @SuppressWarnings("unchecked") // the codec was found by the message's type
    private static <T> void encode(RecordCodec<T> codec, Buffer frame, Object message) {
        codec.encodeToWire(frame, (T) message);
    }
}
