// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

/**
 * Stands for a body that could not be read.
 *
 * <p>A {@link RecordCodec} must not throw while it decodes: Vert.x decodes an answer after it has taken back the
 * request's timer, so that an exception there would leave the request waiting for ever.
 *
 * @param reason field, position and what was wrong
 */
record UnreadableBody(String reason) {}
