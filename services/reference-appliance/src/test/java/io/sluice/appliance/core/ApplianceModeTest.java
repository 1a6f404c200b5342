// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApplianceModeTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "normal; normal",
                " normal ; normal",
                "drop; drop",
                "silent; silent",
                "delay=1; delay=1",
                "delay=10000; delay=10000",
                "tamper; tamper=cookie",
                "tamper=option1; tamper=option1",
                "tamper=length; tamper=length",
                "unhealthy; unhealthy",
                "unhealthy=refuse; unhealthy",
                "unhealthy=503; unhealthy=503",
                "tamper=inner, delay=20; delay=20,tamper=inner",
                "unhealthy,drop; drop,unhealthy"
            })
    void readsWhatItPrints(String text, String printed) {
        ApplianceMode mode = ApplianceMode.parse(text);
        assertThat(mode).hasToString(printed);
        assertThat(ApplianceMode.parse(mode.toString())).isEqualTo(mode);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "drop,",
                "explode",
                "Drop",
                "delay",
                "delay=",
                "delay=0",
                "delay=10001",
                "delay=-5",
                "delay=5s",
                "tamper=",
                "tamper=none",
                "tamper=everything",
                "unhealthy=",
                "unhealthy=500",
                "drop=1",
                "drop,drop",
                "tamper=cookie,tamper=inner",
                "drop,silent",
                "drop,delay=5",
                "silent,tamper",
                "normal,drop"
            })
    void refusesOthersAndSaysWhatWouldBeValid(String text) {
        assertThatThrownBy(() -> ApplianceMode.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "expected normal, or by commas: drop | silent | delay=1..10000 | tamper[=option1|");
    }
}
