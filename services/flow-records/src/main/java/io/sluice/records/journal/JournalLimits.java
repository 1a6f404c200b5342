// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

/**
 * How far a journal may go.
 *
 * @param bytesMax bytes of its directory beyond which it takes no more until space was given back
 * @param freeBytesMin bytes free on the disk below which it takes no more: RocksDB must be able to tidy up
 * @param changesMax records and keys that may wait to be written
 */
public record JournalLimits(long bytesMax, long freeBytesMin, int changesMax) {

    /** 2 GiB, 64 MiB, a quarter of a million. A million flows take about 150 MB. */
    public static final JournalLimits DEFAULT = new JournalLimits(2L << 30, 64L << 20, 1 << 18);
}
