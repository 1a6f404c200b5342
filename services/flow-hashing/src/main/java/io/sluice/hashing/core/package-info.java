// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Flow identity: the key of a packet, its hash, its cookie. Pure. */
@NullMarked
package io.sluice.hashing.core;

import org.jspecify.annotations.NullMarked;
