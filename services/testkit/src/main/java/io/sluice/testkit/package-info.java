// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** What tests of every room share: packet builders, golden packets, clocks. */
@NullMarked
package io.sluice.testkit;

import org.jspecify.annotations.NullMarked;
