// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Each sign that one shard gives reaches each other shard once, as if they took turns. */
@Param(name = "shard", gen = IntGen.class, conf = "0:2")
public class LifeSignLincheckTest {

    private final LifeSign sign = new LifeSign();

    /** A target has returned something to a shard. */
    @Operation
    public void give(@Param(name = "shard") int shard) {
        sign.give(shard);
    }

    /** A shard asks whether it has to another. */
    @Operation
    public boolean take(@Param(name = "shard") int shard) {
        return sign.take(shard);
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
