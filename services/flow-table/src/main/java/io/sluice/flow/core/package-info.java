// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The flows of one shard: bounded, one writer, expiring lazily. */
@NullMarked
package io.sluice.flow.core;

import org.jspecify.annotations.NullMarked;
