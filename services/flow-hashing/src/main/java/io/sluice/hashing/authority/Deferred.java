// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What has to wait until records are fetched, in the order in which it came.
 *
 * <p><b>Threading</b>: confined to the authority's event loop. <b>Limits</b>: {@value #MAX} wait; {@value #AT_ONCE} are run in
 * a turn, as packets wait for the same loop.
 */
final class Deferred {

    static final int MAX = 256;
    static final int AT_ONCE = 4;

    private final Queue<Runnable> waiting = new ArrayDeque<>();

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Lets something wait; false where too much does. */
    boolean add(Runnable task) {
        return waiting.size() < MAX && waiting.add(task);
    }

    /** Runs a turn's part. */
    void runSome() {
        for (int i = 0; i < AT_ONCE && !waiting.isEmpty(); i++) {
            waiting.remove().run();
        }
    }
}
