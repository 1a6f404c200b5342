// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.KeyPartition;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RecordKeyTest {

    @Test
    void isTheSixWordsInNetworkOrder() {
        FlowKey key = FlowKey.copyOf(new long[] {1, 2, 3, 4, 5, -2}, 0);
        assertThat(HexFormat.of().formatHex(RecordKey.bytes(key)))
                .isEqualTo("0000000000000001" + "0000000000000002" + "0000000000000003" + "0000000000000004"
                        + "0000000000000005" + "fffffffffffffffe");
        assertThat(RecordKey.of(RecordKey.bytes(key))).isEqualTo(key);
    }

    @Test
    void isInThePartitionOfItsKey() {
        for (int number = 0; number < 10_000; number++) {
            FlowKey key = FlowSamples.key(number);
            long[] words = new long[FlowKey.WORDS];
            key.copyTo(words, 0);
            assertThat(RecordKey.partition(RecordKey.bytes(key), 31)).isEqualTo(KeyPartition.of(words, 0, 31));
        }
    }

    @Test
    void refusesOtherLengths() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RecordKey.of(new byte[47]))
                .withMessage("a key of 47 bytes: expected 48");
    }
}
