// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/**
 * What the endpoint agent decides without any device, socket or clock: the tunnel header, the MTU, the keep-alive.
 * The threads that own a device and a socket call in from {@code io.sluice.agent}.
 */
@NullMarked
package io.sluice.agent.core;

import org.jspecify.annotations.NullMarked;
