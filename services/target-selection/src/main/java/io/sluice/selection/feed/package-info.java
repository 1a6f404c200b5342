// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The one place of a process where snapshots are made, away from the loops that packets wait for. */
@NullMarked
package io.sluice.selection.feed;

import org.jspecify.annotations.NullMarked;
