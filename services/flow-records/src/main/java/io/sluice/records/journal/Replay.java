// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

/**
 * What a replay has found.
 *
 * @param records that were handed on
 * @param unreadable how many could not be read: damaged, or of a newer release
 * @param lostBatches how many batches that were acknowledged are no longer in the journal
 */
public record Replay(long records, long unreadable, long lostBatches) {}
