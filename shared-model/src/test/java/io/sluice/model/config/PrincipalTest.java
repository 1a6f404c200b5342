// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may have endpoints of a service. */
class PrincipalTest {

    @ParameterizedTest
    @CsvSource({
        "*, 123456789012, true",
        "123456789012, 123456789012, true",
        "123456789012, 123456789013, false",
        "arn:aws:iam::123456789012:root, 123456789012, true",
        "arn:aws:iam::123456789012:root, 210987654321, false",
        "arn:aws:iam::123456789012:user/Eva.M+1=x@y_z-, 123456789012, true",
        "arn:aws:iam::123456789012:role/ops, 123456789012, true",
        "arn:aws:iam::123456789012:role/ops, 000000000000, false",
    })
    void e5LetsInTheAccountItNames(String principal, String account, boolean let) {
        assertThat(new Principal(principal).lets(account)).isEqualTo(let);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "**",
                "12345678901",
                "1234567890123",
                "12345678901x",
                "arn:aws:iam::123456789012:group/ops",
                "arn:aws:iam::123456789012:user/",
                "arn:aws:iam::123456789012:root/x",
                "arn:aws:iam::12345678901:root",
                "arn:aws:sts::123456789012:root",
                "arn:aws:iam::123456789012:user/a b",
                "arn:aws:iam::123456789012:user/*",
                "arn:aws:iam::123456789012:root\n"
            })
    void e5RefusesWhatIsNoneAndSaysWhatIs(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Principal(text))
                .withMessage("'" + text + "' is no principal: expected *, an account of 12 digits, or"
                        + " arn:aws:iam::ACCOUNT:root, :user/NAME or :role/NAME (E-5)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"arn:aws:iam::123456789012:user/team/eva", "arn:aws:iam::123456789012:role/a/b/c"})
    void e5RefusesPathsByName(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Principal(text))
                .withMessageContaining("has a path before its name");
    }
}
