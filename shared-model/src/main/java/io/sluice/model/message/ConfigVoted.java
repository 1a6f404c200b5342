// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * A vote. What is granted is on the voter's disk.
 *
 * @param voter who
 * @param granted whether the ballot has the promise, or the revision is accepted
 * @param promised the greatest ballot that has the voter's promise
 * @param acceptedIn ballot of the revision that the voter accepted last
 * @param accepted that revision, in the answer to one who asks for a promise; else, and where there is none, null
 */
public record ConfigVoted(
        NodeId voter,
        boolean granted,
        Ballot promised,
        Ballot acceptedIn,
        @Nullable ConfigRevision accepted) {}
