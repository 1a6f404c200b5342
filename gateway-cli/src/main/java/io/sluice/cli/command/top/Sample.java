// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.top;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a gateway said at one moment.
 *
 * @param atNs when, by a clock that never goes back
 * @param targets answer of {@code /v1/targets}
 * @param flows answer of {@code /v1/flows}
 * @param drops answer of {@code /v1/drops}
 */
record Sample(long atNs, JsonNode targets, JsonNode flows, JsonNode drops) {}
