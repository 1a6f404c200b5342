// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.config.ConfigRevision;

/**
 * The current configuration; published when it changes and again every few seconds, so that a lost message heals.
 *
 * @param revision the model and its number
 */
public record ConfigChanged(ConfigRevision revision) {}
