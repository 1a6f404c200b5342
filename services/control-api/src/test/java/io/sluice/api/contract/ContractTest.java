// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.route.Operations;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContractTest {

    private static final long LIMIT_S = 60;

    private final Vertx vertx = Vertx.vertx();
    private final Contract contract = Contract.load();

    @AfterEach
    void close() throws TimeoutException {
        vertx.close().await(LIMIT_S, TimeUnit.SECONDS);
    }

    private Operations all() {
        Operations operations = new Operations();
        contract.operationIds().forEach(id -> operations.on(id, context -> context.end()));
        return operations;
    }

    @Test
    void refusesToStartWithAnOperationThatNothingAnswers() {
        Operations none = new Operations();
        assertThatThrownBy(() -> ContractRouter.create(vertx, contract, none, 1_000))
                .hasMessageContaining("operation getConfig has no handler")
                .hasMessageContaining("operation listFlows has no handler");
    }

    @Test
    void refusesToStartWithAHandlerThatNoOperationAsksFor() {
        Operations more = all().on("makeCoffee", context -> context.end());
        assertThatThrownBy(() -> ContractRouter.create(vertx, contract, more, 1_000))
                .hasMessageEndingWith("differ: handler makeCoffee has no operation");
    }

    @Test
    void bindsAnOperationOnce() {
        assertThatThrownBy(() -> all().on("getConfig", context -> context.end()))
                .hasMessage("operation getConfig is bound twice: expected once");
    }

    @Test
    void saysTheMethodsOfAPathAndNothingOfAnother() {
        assertThat(contract.methods("/v1/load-balancers")).isEqualTo(List.of("GET", "HEAD", "POST"));
        assertThat(contract.methods("/v1/load-balancers/x"))
                .isEqualTo(List.of("GET", "HEAD", "PUT", "PATCH", "DELETE"));
        assertThat(contract.methods("/v1/nothing")).isEmpty();
        assertThat(contract.methods("/")).isEmpty();
    }
}
