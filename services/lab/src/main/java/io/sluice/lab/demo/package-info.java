// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The demo: the two-zone inspection topology, its traffic, a failing appliance, and the verdict. */
@NullMarked
package io.sluice.lab.demo;

import org.jspecify.annotations.NullMarked;
