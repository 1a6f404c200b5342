// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.store;

import java.nio.file.Path;

/**
 * A process that appends revisions as fast as it can, and says before each one {@code begin N} and after it {@code done N}.
 *
 * <p>At its start it says {@code newest N}, having read every revision from the first to that one.
 */
final class StoreWriter {

    private StoreWriter() {}

    public static void main(String[] arguments) throws Exception {
        try (RocksConfigStore store = RocksConfigStore.open(Path.of(arguments[0]))) {
            long newest =
                    store.newest().map(stored -> stored.revision().number()).orElse(0L);
            long oldest = Math.max(1, newest - Long.parseLong(arguments[1]) + 1);
            for (long number = oldest; number <= newest; number++) {
                if (!store.revision(number)
                        .map(stored -> stored.revision())
                        .filter(StoreSamples.revision(number)::equals)
                        .isPresent()) {
                    System.out.println("lost " + number);
                    return;
                }
            }
            System.out.println("newest " + newest);
            for (long number = newest + 1; ; number++) {
                System.out.println("begin " + number);
                StoreSamples.append(store, number);
                System.out.println("done " + number);
            }
        }
    }
}
