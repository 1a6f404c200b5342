// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import io.sluice.hashing.authority.CopyPlace;
import io.sluice.hashing.authority.CopyWatch;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts how far copies of flow records are behind, each place by itself, and says when they begin to fail and when they no
 * longer do.
 *
 * <p><b>Threading</b>: written on the authority's event loop, read from any thread.
 */
final class CopyLag implements CopyWatch {

    /** The classes, as metrics name them. */
    static final List<String> WITHIN = List.of("5", "10", "20", "50", "100", "200", "1000", "more");

    private static final Logger LOG = LoggerFactory.getLogger(CopyLag.class);
    private static final long[] WITHIN_MS = {5, 10, 20, 50, 100, 200, 1_000, Long.MAX_VALUE};

    /** Behind the classes. */
    private static final int FAILED = WITHIN_MS.length;

    private static final int NOT_ERASED = FAILED + 1;
    private static final int WAITING = NOT_ERASED + 1;
    private static final int COUNTS = WAITING + 1;

    private final Map<CopyPlace, AtomicLongArray> counts = new EnumMap<>(CopyPlace.class);
    private final Set<CopyPlace> failing = EnumSet.noneOf(CopyPlace.class);

    CopyLag() {
        for (CopyPlace place : CopyPlace.values()) {
            counts.put(place, new AtomicLongArray(COUNTS));
        }
    }

    @Override
    public void copied(CopyPlace place, int records, long lagMs) {
        int within = 0;
        while (lagMs > WITHIN_MS[within]) {
            within++;
        }
        of(place).addAndGet(within, records);
        if (failing.remove(place)) {
            LOG.atInfo()
                    .addKeyValue("event", "records_copied_again")
                    .addKeyValue("copy", place.text())
                    .log("flow records are copied again");
        }
    }

    @Override
    public void failed(CopyPlace place, int records, Throwable cause) {
        of(place).addAndGet(FAILED, records);
        if (failing.add(place)) {
            LOG.atWarn()
                    .addKeyValue("event", "records_not_copied")
                    .addKeyValue("copy", place.text())
                    .addKeyValue("reason", cause)
                    .log("flow records are not copied; they are tried again until they are");
        }
    }

    @Override
    public void notErased(CopyPlace place, int flows, Throwable cause) {
        of(place).addAndGet(NOT_ERASED, flows);
    }

    @Override
    public void waiting(CopyPlace place, int records) {
        of(place).set(WAITING, records);
    }

    private AtomicLongArray of(CopyPlace place) {
        return Objects.requireNonNull(counts.get(place));
    }

    /** Records of a class. */
    long copied(CopyPlace place, String within) {
        return of(place).get(WITHIN.indexOf(within));
    }

    /** Records whose copy failed. */
    long failed(CopyPlace place) {
        return of(place).get(FAILED);
    }

    /** Flows that ended and could not be erased. */
    long notErased(CopyPlace place) {
        return of(place).get(NOT_ERASED);
    }

    /** Records that wait to be copied, or for an answer. */
    long waiting(CopyPlace place) {
        return of(place).get(WAITING);
    }
}
