// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import io.sluice.model.config.GatewayModel;

/**
 * The configuration file that was applied last, so that the next start knows whether it is another one.
 *
 * @param digest SHA-256 of its bytes in hexadecimal
 * @param model what it says of the gateway
 */
public record AppliedFile(String digest, GatewayModel model) {}
