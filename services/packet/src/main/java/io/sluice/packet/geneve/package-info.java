// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The GENEVE header and its options in place (RFC 8926). */
@NullMarked
package io.sluice.packet.geneve;

import org.jspecify.annotations.NullMarked;
