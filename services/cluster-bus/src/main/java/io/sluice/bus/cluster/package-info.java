// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The Hazelcast member under the bus. */
@NullMarked
package io.sluice.bus.cluster;

import org.jspecify.annotations.NullMarked;
