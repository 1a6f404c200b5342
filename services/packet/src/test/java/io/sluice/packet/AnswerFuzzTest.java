// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The fuzz targets of generated and changed packets on every build, as {@link DecoderFuzzTest} runs the decoders'. */
class AnswerFuzzTest {
    private static final List<byte[]> PACKETS = DecoderFuzzTest.corpus("inner", "request", "answer");
    private static final List<byte[]> FRAMES = DecoderFuzzTest.corpus("request");

    @Test
    void resetsHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(PACKETS, TcpResetFuzzer::fuzzerTestOneInput);
    }

    @Test
    void tooBigAnswersHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(PACKETS, PacketTooBigFuzzer::fuzzerTestOneInput);
    }

    @Test
    void segmentSizesHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(PACKETS, MssClampFuzzer::fuzzerTestOneInput);
    }

    @Test
    void quotesHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(PACKETS, QuotedPacketFuzzer::fuzzerTestOneInput);
    }

    @Test
    void framesHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(FRAMES, NeighbourAnswerFuzzer::fuzzerTestOneInput);
    }
}
