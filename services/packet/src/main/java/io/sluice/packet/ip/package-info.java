// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** IPv4 and IPv6 headers in place. */
@NullMarked
package io.sluice.packet.ip;

import org.jspecify.annotations.NullMarked;
