// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.sluice.flow.core.FlowTable;
import io.sluice.model.flow.FlowKey;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FlowTablesTest {

    @Test
    void eachShardHoldsItsPartRoundedUp() throws Exception {
        FlowTables tables = FlowTables.begin(5, 2);
        tables.made().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertThat(fill(tables.of(0))).isEqualTo(3);
        assertThat(fill(tables.of(1))).isEqualTo(3);
        assertThat(tables.of(0)).isNotSameAs(tables.of(1));
    }

    @Test
    void aTableThatCannotBeMadeFailsTheStartAndNotTheAsker() {
        FlowTables tables = FlowTables.begin(FlowTable.CAPACITY_MAX + 1, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    try {
                        tables.made()
                                .toCompletableFuture()
                                .orTimeout(30, TimeUnit.SECONDS)
                                .join();
                    } catch (CompletionException failed) {
                        throw failed.getCause();
                    }
                })
                .withMessageContaining("capacity");
        assertThatIllegalStateException().isThrownBy(() -> tables.of(0));
    }

    @Test
    void aProcessWithoutFlowsWaitsForNone() {
        assertThat(FlowTables.NONE.made().toCompletableFuture()).isCompleted();
    }

    /** Puts flows in until there is no room; how many. */
    private static int fill(FlowTable table) {
        long[] key = new long[FlowKey.WORDS];
        key[FlowKey.TRAITS_WORD] = 1L << 16;
        int flows = 0;
        do {
            key[1] = ++flows;
        } while (table.insert(key, 0, (long) flows << 32, 0, flows, 0, 0, true, false, 1, 0, 0) != FlowTable.NONE);
        return flows - 1;
    }
}
