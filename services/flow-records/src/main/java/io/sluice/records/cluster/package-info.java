// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** Flow records with the other members of the cluster: a map with one synchronous backup. */
@NullMarked
package io.sluice.records.cluster;

import org.jspecify.annotations.NullMarked;
