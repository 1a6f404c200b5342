// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The model of a gateway as validating, immutable records. */
@NullMarked
package io.sluice.model.config;

import org.jspecify.annotations.NullMarked;
