// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** One record for each message on the bus. */
@NullMarked
package io.sluice.model.message;

import org.jspecify.annotations.NullMarked;
