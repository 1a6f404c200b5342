// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;

/**
 * Asks a node for one flow: an ingress for its table's entry, an authority for its record. Nothing changes by it.
 *
 * @param key the flow
 */
public record FlowFindRequest(FlowKey key) {}
