// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The verticle that answers selections. */
@NullMarked
package io.sluice.selection.verticle;

import org.jspecify.annotations.NullMarked;
