// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api;

import io.sluice.api.core.Leases;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Where it is remembered who has a lease, over a restart: who and for how long, not until when. */
public interface LeaseStore {

    /** Remembers nothing. */
    LeaseStore NONE = new LeaseStore() {
        @Override
        public Map<Leases.Holder, Long> read() {
            return Map.of();
        }

        @Override
        public void write(Map<Leases.Holder, Long> durationsMs, Set<Leases.Holder> changed) {
            // a restart forgets all leases: their targets stay until they are deregistered
        }
    };

    /** Leases by their durations in milliseconds. */
    Map<Leases.Holder, Long> read() throws IOException;

    /**
     * Remembers these and no others; they are on disk when this returns.
     *
     * @param durationsMs all of them
     * @param changed those that differ from what was written before, or are not there any more; where writing failed that
     *     counts as not written
     */
    void write(Map<Leases.Holder, Long> durationsMs, Set<Leases.Holder> changed) throws IOException;
}
