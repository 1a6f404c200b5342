// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

/**
 * Bounds haste: a bucket for each caller that fills steadily and holds two seconds' worth.
 *
 * <p><b>Units</b>: milliseconds of any clock that never goes back. <b>Threading</b>: confined to one event loop.
 */
final class RequestPace {

    private static final int MS = 1_000;

    /** In thousandths of a request. */
    private static final class Bucket {
        private long level;
        private long atMs;

        Bucket(long level, long atMs) {
            this.level = level;
            this.atMs = atMs;
        }
    }

    private final LatestCallers<Bucket> buckets = new LatestCallers<>();
    private final int perSecond;

    RequestPace(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Whether a caller may ask now; if so that is one request of theirs. */
    boolean admits(String caller, long nowMs) {
        long full = 2L * perSecond * MS;
        Bucket bucket = buckets.of(caller, () -> new Bucket(full, nowMs));
        bucket.level = Math.min(full, bucket.level + (nowMs - bucket.atMs) * perSecond);
        bucket.atMs = nowMs;
        if (bucket.level < MS) {
            return false;
        }
        bucket.level -= MS;
        return true;
    }
}
