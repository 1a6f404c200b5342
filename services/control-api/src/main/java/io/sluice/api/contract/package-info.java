// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The admin port's OpenAPI file, and routes bound to its operations. */
@NullMarked
package io.sluice.api.contract;

import org.jspecify.annotations.NullMarked;
