// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.trace;

import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetRef;

/**
 * What a node remembers of the flow.
 *
 * @param kind which memory it is
 * @param node whose
 * @param target where the flow is pinned
 * @param cookie its cookie
 * @param state where it is in its life; of a record {@code live}
 * @param closed whether it only lingers: the next SYN opens another (F-20)
 * @param provisional decided by the ingress alone, and not acknowledged yet
 * @param sinceMs when it began, milliseconds since 1970
 */
public record Pinned(
        Kind kind,
        NodeId node,
        TargetRef target,
        int cookie,
        String state,
        boolean closed,
        boolean provisional,
        long sinceMs) {

    /** Which memory. */
    public enum Kind {
        /** An ingress's table: what packets go by. */
        ENTRY,
        /** An authority's record: what an ingress without an entry is told. */
        RECORD
    }
}
