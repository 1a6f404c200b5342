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
                "deny=61082; deny=61082",
                "deny=61082+23,delay=5; deny=61082+23,delay=5",
                "deny-half; deny-half",
                "tamper=ttl,deny-half,deny=1+65535; deny=1+65535,deny-half,tamper=ttl",
                "tamper=other-cookie; tamper=other-cookie",
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
                "silent,deny=5",
                "drop,deny-half",
                "deny",
                "deny=",
                "deny=0",
                "deny=65536",
                "deny=5+",
                "deny=5+5",
                "deny=1+2+3+4+5+6+7+8+9+10+11+12+13+14+15+16+17",
                "deny-half=2",
                "tamper=old_cookie",
                "normal,drop"
            })
    void refusesOthersAndSaysWhatWouldBeValid(String text) {
        assertThatThrownBy(() -> ApplianceMode.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected normal, or by commas: drop | silent | deny=PORT[+PORT...] | deny-half |"
                        + " delay=1..10000 | tamper[=option1|");
    }
}
