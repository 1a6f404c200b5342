// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** How nodes agree on the next configuration: ballots, votes, a majority. */
@NullMarked
package io.sluice.api.agree;

import org.jspecify.annotations.NullMarked;
