// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.traffic.Outcome;

/** A flow and what its client got. */
record FlowResult(PlannedFlow flow, Outcome outcome) {
    @Override
    public String toString() {
        return flow.name() + " (" + flow.kind() + "): " + outcome.detail();
    }
}
