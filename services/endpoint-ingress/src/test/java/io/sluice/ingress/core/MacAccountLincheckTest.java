// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * What several shards charge a target with at the same moment adds up, and who spends the budget turns it off for all, as if
 * they took turns.
 */
@Param(name = "macs", gen = IntGen.class, conf = "30:70")
public class MacAccountLincheckTest {

    private static final long NOW_MS = 5_000;

    private final MacAccount account = new MacAccount();

    /** A shard has tried some MACs in vain: whether the target is off by that. */
    @Operation
    public boolean failed(@Param(name = "macs") int macs) {
        return account.failed(macs, NOW_MS);
    }

    /** A shard asks whether it may try. */
    @Operation
    public boolean allows() {
        return account.allows(NOW_MS);
    }

    @Test
    void isLinearisableInEveryInterleaving() {
        new ModelCheckingOptions()
                .iterations(15)
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(3)
                .check(getClass());
    }
}
