// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import io.sluice.model.flow.FlowKey;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are made in order, several at a time, but never two at a time that name the same key: the second waits for
 * the first, and those behind it wait too.
 *
 * <p><b>Threading</b>: confined to one thread. <b>Complexity</b>: one look-up for each key of a call.
 *
 * @param <C> the calls
 */
final class OrderedCalls<C extends OrderedCalls.Call> {

    /** What is known of a call. */
    interface Call {
        /** The keys it names, none twice. */
        Set<FlowKey> keys();
    }

    private final int underWayMax;
    private final Queue<C> waiting = new ArrayDeque<>();
    private final Set<FlowKey> keysUnderWay = new HashSet<>();
    private int underWay;

    /** @param underWayMax calls at a time, 1 or more */
    OrderedCalls(int underWayMax) {
        this.underWayMax = underWayMax;
    }

    void add(C call) {
        waiting.add(call);
    }

    /** The next call to make, which is under way from now on; null while none may be made. */
    @Nullable
    C next() {
        C call = waiting.peek();
        if (call == null || underWay == underWayMax || call.keys().stream().anyMatch(keysUnderWay::contains)) {
            return null;
        }
        waiting.remove();
        underWay++;
        keysUnderWay.addAll(call.keys());
        return call;
    }

    /** A call is no longer under way, whatever became of it. */
    void done(C call) {
        underWay--;
        keysUnderWay.removeAll(call.keys());
    }

    /** Those that were not made, which are forgotten. */
    List<C> takeWaiting() {
        List<C> taken = List.copyOf(waiting);
        waiting.clear();
        return taken;
    }
}
