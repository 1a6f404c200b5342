// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointIdTest {

    @ParameterizedTest
    @CsvSource({
        "vpce-0a1b2c3d4e5f60718, a1b2c3d4e5f60718",
        "vpce-00000000000000001, 1",
        "vpce-0ffffffffffffffff, ffffffffffffffff"
    })
    void w12TextIs17DigitsOfWhichTheFirstIs0(String text, String bits) {
        long value = Long.parseUnsignedLong(bits, 16);
        assertThat(new EndpointId(value)).hasToString(text);
        assertThat(EndpointId.parse(text).value()).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vpce-",
                "vpce-a1b2c3d4e5f60718",
                "vpce-1a1b2c3d4e5f60718",
                "vpce-0a1b2c3d4e5f6071",
                "vpce-0a1b2c3d4e5f607180",
                "vpce-0a1b2c3d4e5f6071x",
                "eni-00a1b2c3d4e5f60718",
                "vpce-00000000000000000"
            })
    void refusesWhatIsNoIdAndSaysWhatWouldBe(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointId.parse(text))
                .withMessageStartingWith("'" + text + "' is ")
                .withMessageEndingWith("expected " + EndpointId.EXPECTED);
    }

    @Test
    void isOrderedByItsBitsUnsigned() {
        assertThat(new EndpointId(-1)).isGreaterThan(new EndpointId(1));
    }
}
