// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Topologies: namespaces, cables, bridges, routes and rules, and the sandbox that they live in. */
@NullMarked
package io.sluice.lab.net;

import org.jspecify.annotations.NullMarked;
