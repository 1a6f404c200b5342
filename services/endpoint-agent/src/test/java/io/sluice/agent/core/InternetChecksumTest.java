// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RFC 1071. */
class InternetChecksumTest {

    @Test
    void sumOfTheExampleInTheRfc() {
        ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex("0001f203f4f5f6f7"));
        assertThat(InternetChecksum.fold(InternetChecksum.sum(bytes, 0, 8))).isEqualTo(0xDDF2);
    }

    @Test
    void sameAsWordByWordAtEveryOffsetAndLength() {
        Random random = new Random(1071);
        byte[] bytes = new byte[200];
        random.nextBytes(bytes);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
        BufferChecksum whole = new BufferChecksum(buffer);
        for (int offset = 0; offset < 20; offset++) {
            for (int length = 0; offset + length <= bytes.length; length++) {
                assertThat(InternetChecksum.fold(InternetChecksum.sum(buffer, offset, length)))
                        .as("offset %s length %s", offset, length)
                        .isEqualTo(TestPackets.wordSum(bytes, offset, length))
                        .isEqualTo(InternetChecksum.fold(whole.sum(offset, length)));
            }
        }
    }

    @Test
    void carriesOfSixtyFourKibibytesOfOnesAreKept() {
        ByteBuffer ones = ByteBuffer.allocateDirect(65_536);
        for (int i = 0; i < ones.capacity(); i++) {
            ones.put(i, (byte) 0xFF);
        }
        assertThat(InternetChecksum.fold(InternetChecksum.sum(ones, 0, 65_536))).isEqualTo(0xFFFF);
        assertThat(InternetChecksum.fold(InternetChecksum.sum(ones, 0, 65_535) * 1_000))
                .isNotZero();
    }
}
