// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionTest {

    private static final String ETAG = "\"d0123456789abcdef\"";

    private static void check(String ifMatch, String ifNoneMatch, String etag) throws Refusal {
        Precondition.of(ifMatch, ifNoneMatch).check("zone", "az1", etag, Samples.revision(7));
    }

    private static Refusal refused(String ifMatch, String ifNoneMatch, String etag) {
        return catchThrowableOfType(Refusal.class, () -> check(ifMatch, ifNoneMatch, etag));
    }

    @Test
    void letsThroughWhatIsAsItWas() {
        assertThatCode(() -> {
                    check(null, null, null);
                    check(null, null, ETAG);
                    check(ETAG, null, ETAG);
                    check("\"7\"", null, ETAG);
                    check("\"7\"", null, null);
                    check("*", null, ETAG);
                    check(null, "*", null);
                })
                .doesNotThrowAnyException();
    }

    @Test
    void refusesWhatHasChangedAndNamesTheRevision() {
        assertThat(refused("\"6\"", null, ETAG).detail()).contains("revision 7");
        assertThat(refused("\"dffffffffffffffff\"", null, ETAG).detail()).contains(ETAG);
        assertThat(refused("*", null, null).status()).isEqualTo(412);
        assertThat(refused(ETAG, null, null).revision()).isEqualTo(7);
        assertThat(refused(ETAG, null, null).code().text()).isEqualTo("stale-revision");
        assertThat(refused(null, "*", ETAG).code().text()).isEqualTo("already-exists");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "W/\"7\"", "\"7\", \"8\"", "\"\"", "\"x\"", "\"99999999999999999999\""})
    void refusesWhatIsNoEtagOfOurs(String ifMatch) {
        assertThat(refused(ifMatch, null, ETAG).status()).isEqualTo(400);
    }

    @Test
    void thereIsAlwaysAConfiguration() {
        Refusal refused = catchThrowableOfType(
                Refusal.class, () -> Precondition.of(null, "*").revision());
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.field()).isEqualTo("If-None-Match");
    }

    @Test
    void takesAWholeConfigurationByItsNumberAlone() throws Refusal {
        assertThat(Precondition.of("\"7\"", null).revision()).hasValue(7);
        assertThat(Precondition.of("*", null).revision()).isEmpty();
        assertThat(Precondition.of(null, null).revision()).isEmpty();
        assertThat(catchThrowableOfType(
                                Refusal.class, () -> Precondition.of(ETAG, null).revision())
                        .field())
                .isEqualTo("If-Match");
    }
}
