// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Shards that charge one account at the same moment are charged as if they took turns; none of it is lost. */
@Param(name = "macs", gen = IntGen.class, conf = "20:60")
public class MacAccountLincheckTest {

    private static final long NOW_MS = 1_000;

    private final MacAccount account = new MacAccount();

    /** MACs that did not fit. */
    @Operation
    public boolean failed(@Param(name = "macs") int macs) {
        return account.failed(macs, NOW_MS);
    }

    /** Whether another one may be tried. */
    @Operation
    public boolean allows() {
        return account.allows(NOW_MS);
    }

    @Test
    void isLinearisableInEveryInterleaving() {
        new ModelCheckingOptions()
                .iterations(15)
                .invocationsPerIteration(500)
                .threads(2)
                .actorsPerThread(4)
                .check(getClass());
    }
}
