// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

/** All that {@link TamperingKernelIT} asks for, of a node with four shards. */
@Shards(4)
class TamperingInFourShardsKernelIT extends TamperingKernelIT {}
