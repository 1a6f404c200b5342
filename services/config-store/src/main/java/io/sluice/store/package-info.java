// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The durable store of configuration: RocksDB behind the ports of the control API, and a mark of what was acknowledged. */
@NullMarked
package io.sluice.store;

import org.jspecify.annotations.NullMarked;
