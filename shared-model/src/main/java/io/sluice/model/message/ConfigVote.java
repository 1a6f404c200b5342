// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.config.Ballot;
import io.sluice.model.config.ConfigRevision;
import org.jspecify.annotations.Nullable;

/**
 * A node that wants to write the configuration asks another for its vote.
 *
 * @param ballot its attempt
 * @param proposed the revision to accept; null to ask for the promise to accept nothing of a smaller ballot, and for what
 *     was accepted before
 */
public record ConfigVote(Ballot ballot, @Nullable ConfigRevision proposed) {}
