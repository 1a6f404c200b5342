// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Benchmarks, one class for each question. */
@NullMarked
package io.sluice.perf;

import org.jspecify.annotations.NullMarked;
