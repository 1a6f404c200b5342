// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

/** An appliance whose cable was captured, and the address of the gateway node that serves its zone. */
public record TappedAppliance(String name, String zone, HostAddress address, HostAddress node) {}
