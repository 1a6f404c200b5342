// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Programs that a topology's hosts run: how they are started, watched and ended. */
@NullMarked
package io.sluice.lab.program;

import org.jspecify.annotations.NullMarked;
