// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

/**
 * What a journal has done since it was opened.
 *
 * @param changes records and erasures that are on disk
 * @param syncs how often the disk was waited for
 * @param notKept changes that failed or were refused
 * @param bytes of its directory, as it was at most a second before the last change
 * @param keeping whether the disk took what it was given last
 */
public record JournalFigures(long changes, long syncs, long notKept, long bytes, boolean keeping) {

    /** Of one that could not be opened. */
    public static final JournalFigures REFUSED = new JournalFigures(0, 0, 0, 0, false);

    /** Of one that was opened just now. */
    static final JournalFigures NONE = new JournalFigures(0, 0, 0, 0, true);

    JournalFigures kept(long more, boolean nowKeeping) {
        return new JournalFigures(changes + more, syncs + 1, notKept, bytes, nowKeeping);
    }

    JournalFigures failed(long more) {
        return new JournalFigures(changes, syncs, notKept + more, bytes, false);
    }

    JournalFigures refused(long more) {
        return new JournalFigures(changes, syncs, notKept + more, bytes, keeping);
    }

    JournalFigures sized(long nowBytes) {
        return new JournalFigures(changes, syncs, notKept, nowBytes, keeping);
    }
}
