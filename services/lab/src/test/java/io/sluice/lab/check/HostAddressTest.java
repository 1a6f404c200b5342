// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as text (RFC 5952 for IPv6). */
class HostAddressTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "255.255.255.255",
                "10.20.1.5",
                "::",
                "::1",
                "1::",
                "2001:db8::1",
                "2001:db8:0:1:1:1:1:1",
                "2001:0:0:1::1",
                "2001:db8::1:0:0:1",
                "1:2:3:4:5:6:7:8",
                "fe80::ffff:ffff:ffff:ffff"
            })
    void isPrintedAsItWasRead(String literal) {
        assertThat(HostAddress.of(literal)).hasToString(literal);
    }
}
