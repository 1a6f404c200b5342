// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import java.util.Set;

/**
 * An appliance whose cable was captured.
 *
 * @param nodes addresses of the gateway nodes that may send to it: its zone's, with cross-zone on every zone's (W-28)
 */
public record TappedAppliance(String name, String zone, HostAddress address, Set<HostAddress> nodes) {}
