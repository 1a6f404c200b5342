// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.probing;

import io.sluice.model.id.NodeId;

/**
 * One start of a health-checking process. The same node started again is another prober: it knows nothing of what its
 * predecessor saw.
 *
 * @param node where it runs
 * @param bootId when it started, milliseconds since 1970
 */
public record Prober(NodeId node, long bootId) {}
