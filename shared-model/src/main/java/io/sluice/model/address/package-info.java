// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Where messages go: the only place an address string is written. */
@NullMarked
package io.sluice.model.address;

import org.jspecify.annotations.NullMarked;
