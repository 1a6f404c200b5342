// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Encapsulation towards targets, checks on what they return. Pure. */
@NullMarked
package io.sluice.geneve.core;

import org.jspecify.annotations.NullMarked;
