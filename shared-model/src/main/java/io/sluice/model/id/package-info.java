// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Identifiers with a type, a text form and a range. */
@NullMarked
package io.sluice.model.id;

import org.jspecify.annotations.NullMarked;
