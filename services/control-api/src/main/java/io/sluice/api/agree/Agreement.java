// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.agree;

import io.sluice.model.config.ConfigRevision;
import java.util.Optional;

/**
 * What a revision needs before it counts, beside a place in the store.
 *
 * <p><b>Threading</b>: any thread but an event loop; calls may wait for other nodes.
 */
public interface Agreement {

    /** That of a process which is the only one to write: nothing. */
    Agreement ALONE = () -> Optional.of(new Attempt() {
        @Override
        public Optional<ConfigRevision> agreed() {
            return Optional.empty();
        }

        @Override
        public boolean write(ConfigRevision revision) {
            return true;
        }
    });

    /**
     * Begins to write.
     *
     * @return empty where another node was faster, and nothing is known of what was agreed on: begin again
     * @throws NoMajority where too few nodes would hear of it; nothing has changed
     */
    Optional<Attempt> begin() throws NoMajority;

    /** One attempt to write. */
    interface Attempt {

        /**
         * The newest revision that may have been agreed on. What it is made from must include it; where nobody has been told
         * of it yet, it is to be written first as it is.
         */
        Optional<ConfigRevision> agreed();

        /**
         * Writes.
         *
         * @return false where another node was faster: begin again. The revision may yet turn out to be agreed on
         * @throws NoMajority where too few nodes answered; likewise
         */
        boolean write(ConfigRevision revision) throws NoMajority;
    }
}
