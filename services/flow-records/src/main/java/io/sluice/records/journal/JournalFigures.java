// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

/**
 * What a journal has done since it was opened.
 *
 * @param changes records and erasures that are on disk
 * @param syncs how often the disk was waited for
 * @param notKept changes that failed
 * @param bytes of its directory, as it was within the last second
 */
public record JournalFigures(long changes, long syncs, long notKept, long bytes) {}
