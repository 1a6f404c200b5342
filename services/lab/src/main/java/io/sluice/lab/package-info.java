// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Named topologies out of network namespaces. */
@NullMarked
package io.sluice.lab;

import org.jspecify.annotations.NullMarked;
