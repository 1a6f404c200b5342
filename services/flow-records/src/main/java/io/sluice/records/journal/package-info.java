// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Flow records on disk: one journal for each node. */
@NullMarked
package io.sluice.records.journal;

import org.jspecify.annotations.NullMarked;
