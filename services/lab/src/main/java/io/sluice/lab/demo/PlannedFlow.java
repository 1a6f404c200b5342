// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;

/**
 * A flow that the demo makes, from its initiator's view.
 *
 * @param kind what it does, for people
 * @param bytes of content, 0 where that has no meaning
 */
record PlannedFlow(Zone zone, String kind, boolean fromInternet, FlowName name, long bytes) {}
