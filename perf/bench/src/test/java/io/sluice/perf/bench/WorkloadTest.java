// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "64-1-1t-one-way",
                "mixed-10k-4t-returns",
                "imix-1M-32t-returns-agg",
                "8500-64-4t-one-way-agg",
                "64-10k-4t-16e-one-way",
                "new-300t"
            })
    void nameSaysAll(String name) {
        assertThat(Workload.parse(name).name()).isEqualTo(name);
    }

    @Test
    void newFlowsAreSmallPacketsOneEach() {
        Workload setUp = Workload.parse("new-300t");
        assertThat(setUp.opensFlows()).isTrue();
        assertThat(setUp.size()).isEqualTo("64");
        assertThat(Workload.parse("64-1-1t-one-way").opensFlows()).isFalse();
    }

    @Test
    void largeGroupsGoOnInTheNextNumber() {
        assertThat(Addresses.target(Row.C_MMSG, 32, 31)).isEqualTo("127.0.132.32");
        assertThat(Addresses.target(Row.C_MMSG, 300, 0)).isEqualTo("127.1.144.1");
        assertThat(Addresses.target(Row.C_MMSG, 300, 299)).isEqualTo("127.1.145.44");
    }

    @Test
    void refusesOtherNames() {
        assertThatThrownBy(() -> Workload.parse("64-10k")).hasMessageContaining("'64-10k' is no workload");
    }

    @Test
    void aggregatesFitOneMessageAlsoWithTheLongerHeader() {
        Workload jumbo = Workload.parse("8500-1-1t-one-way-agg");
        assertThat(jumbo.burst()).isEqualTo(7);
        assertThat(jumbo.burst() * (8500 + 40)).isLessThan(65_507);
        assertThat(Workload.parse("64-1-1t-one-way-agg").burst()).isEqualTo(32);
        assertThat(Workload.parse("64-1-1t-one-way").burst()).isEqualTo(1);
    }
}
