// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/**
 * The datagram link between an ingress and a codec that are processes of their own: its frames, their seal, who is there, and
 * the two ends of the conduit. Knows no toolkit; the verticles bind its sockets.
 */
@NullMarked
package io.sluice.geneve.link;

import org.jspecify.annotations.NullMarked;
