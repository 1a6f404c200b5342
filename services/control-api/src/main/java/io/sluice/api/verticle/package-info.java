// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The verticle that serves the admin routes and publishes the configuration. */
@NullMarked
package io.sluice.api.verticle;

import org.jspecify.annotations.NullMarked;
