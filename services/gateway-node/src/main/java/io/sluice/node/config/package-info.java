// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
/** The configuration file, bound to records with file, line and key in every error. */
@NullMarked
package io.sluice.node.config;

import org.jspecify.annotations.NullMarked;
