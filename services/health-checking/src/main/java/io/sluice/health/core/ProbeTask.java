// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.health.core;

import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.id.Ipv4Address;

/**
 * One probe to be made.
 *
 * @param key of whom
 * @param address the target's address
 * @param spec how
 */
public record ProbeTask(ProbeKey key, Ipv4Address address, HealthCheckSpec spec) {

    /** Whether an answer to this still answers that: the same question to the same address. */
    boolean asksTheSameAs(ProbeTask other) {
        return address.equals(other.address)
                && spec.protocol() == other.spec.protocol()
                && spec.port() == other.spec.port()
                && spec.path().equals(other.spec.path());
    }
}
