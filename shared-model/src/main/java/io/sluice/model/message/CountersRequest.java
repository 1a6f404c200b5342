// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

/** Asks a node for its packet counters. */
public record CountersRequest() {}
