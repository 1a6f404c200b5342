// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.api.store.TokenRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessPolicyTest {

    @ParameterizedTest
    @CsvSource({
        "admin, PUT, /v1/config, true",
        "admin, DELETE, /v1/tokens/ci, true",
        "read-only, GET, /v1/config, true",
        "read-only, HEAD, /metrics, true",
        "read-only, PUT, /v1/config, false",
        "read-only, PATCH, /v1/config, false",
        "read-only, GET, /v1/tokens, false",
        "read-only, GET, /v1/tokens/ci, false",
        "read-only, GET, /v1/tokens-and-more, true",
        "register:web, PUT, /v1/target-groups/web/targets/10.1.0.1, true",
        "register:web, GET, /v1/target-groups/web/targets, true",
        "register:web, PUT, /v1/target-groups/web, false",
        "register:web, PUT, /v1/target-groups/web2/targets/10.1.0.1, false",
        "register:web, PUT, /v1/target-groups/web/targetsx, false",
        "register:web, GET, /v1/config, false",
        "register:web, GET, /metrics, false"
    })
    void letsEachRoleDoWhatIsItsOwn(String role, String method, String path, boolean allowed) {
        assertThat(AccessPolicy.allows(TokenRole.parse(role), method, path)).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Admin", "register", "register:", "register:a b", "read"})
    void knowsNoOtherRole(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> TokenRole.parse(text));
    }

    @Test
    void listensToAnAddressAgainWhenItsFirstFailureIsOld() {
        FailedAttempts attempts = new FailedAttempts(new AccessLimits(3, 1_000, 1, 1));
        for (int n = 0; n < 3; n++) {
            assertThat(attempts.waitMs("a", 100)).isZero();
            attempts.failed("a", 100 + n);
        }
        assertThat(attempts.waitMs("a", 600)).isEqualTo(500);
        assertThat(attempts.waitMs("b", 600)).isZero();
        assertThat(attempts.waitMs("a", 1_100)).isZero();
        attempts.failed("a", 1_100);
        assertThat(attempts.waitMs("a", 1_100)).isZero();
    }

    @Test
    void remembersABoundedNumberOfAddresses() {
        FailedAttempts attempts = new FailedAttempts(AccessLimits.DEFAULT);
        for (int n = 0; n < 3 * AccessLimits.CALLERS_MAX; n++) {
            attempts.failed("address " + n, n);
        }
        assertThat(attempts.remembered()).isEqualTo(AccessLimits.CALLERS_MAX);
    }

    @Test
    void admitsTwoSecondsWorthAtOnceAndThenSteadily() {
        RequestPace pace = new RequestPace(10);
        for (int n = 0; n < 20; n++) {
            assertThat(pace.admits("a", 0)).isTrue();
        }
        assertThat(pace.admits("a", 0)).isFalse();
        assertThat(pace.admits("b", 0)).isTrue();
        assertThat(pace.admits("a", 99)).isFalse();
        assertThat(pace.admits("a", 100)).isTrue();
        assertThat(pace.admits("a", 100)).isFalse();
    }
}
