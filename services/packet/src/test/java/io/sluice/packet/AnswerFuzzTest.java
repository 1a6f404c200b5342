// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.packet;

import org.junit.jupiter.api.Test;

/** The fuzz targets of generated and changed packets on every build, as {@link DecoderFuzzTest} runs the decoders'. */
class AnswerFuzzTest {
    @Test
    void resetsHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(
                DecoderFuzzTest.corpus("TcpResetFuzzer", "inner", "request", "answer"),
                TcpResetFuzzer::fuzzerTestOneInput);
    }

    @Test
    void tooBigAnswersHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(
                DecoderFuzzTest.corpus("PacketTooBigFuzzer", "inner", "request", "answer"),
                PacketTooBigFuzzer::fuzzerTestOneInput);
    }

    @Test
    void segmentSizesHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(
                DecoderFuzzTest.corpus("MssClampFuzzer", "inner", "request", "answer"),
                MssClampFuzzer::fuzzerTestOneInput);
    }

    @Test
    void quotesHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(
                DecoderFuzzTest.corpus("QuotedPacketFuzzer", "inner", "request", "answer"),
                QuotedPacketFuzzer::fuzzerTestOneInput);
    }

    @Test
    void framesHoldForGoldenAndMutatedInput() {
        DecoderFuzzTest.run(
                DecoderFuzzTest.corpus("NeighbourAnswerFuzzer", "request"), NeighbourAnswerFuzzer::fuzzerTestOneInput);
    }
}
