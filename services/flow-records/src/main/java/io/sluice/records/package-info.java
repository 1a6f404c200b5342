// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Copies of flow records beside the memory of the authority. */
@NullMarked
package io.sluice.records;

import org.jspecify.annotations.NullMarked;
