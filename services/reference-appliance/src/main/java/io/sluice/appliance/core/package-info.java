// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/**
 * What the reference appliance makes of a packet: checks, misbehaviour on request, flows seen. No sockets, no clock.
 *
 * <p>The parser is its own and shares no code with the gateway's: it is there to judge what the gateway sends.
 */
@NullMarked
package io.sluice.appliance.core;

import org.jspecify.annotations.NullMarked;
