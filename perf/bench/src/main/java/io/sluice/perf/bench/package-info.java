// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/**
 * The benchmark that compares side by side: the gateway by each transport, C programs that do the same, and what else
 * does the job, under the same load, in one run.
 *
 * <p>It starts the forwarders, runs the load generator against them in turn, and writes what came out.
 */
@NullMarked
package io.sluice.perf.bench;

import org.jspecify.annotations.NullMarked;
