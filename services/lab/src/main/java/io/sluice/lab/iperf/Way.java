// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.iperf;

import java.util.List;

/** What carries packets between the spoke's router and the appliance's host. */
enum Way {
    /** Plain routing: spoke, gateway's host, appliance's host and back; nothing of ours runs in the path. */
    KERNEL("kernel"),
    /** Agent, gateway, appliance. */
    SLUICE("sluice"),
    /** The same, the agent told to handle packets one by one. */
    SLUICE_NO_OFFLOAD("sluice-no-offload");

    private final String text;

    Way(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** What the agent is started with besides its addresses. */
    List<String> agentOptions() {
        return this == SLUICE_NO_OFFLOAD ? List.of("--no-offload") : List.of();
    }

    boolean agent() {
        return this != KERNEL;
    }
}
