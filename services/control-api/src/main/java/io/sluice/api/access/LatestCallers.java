// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.access;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Something for each of the {@value AccessLimits#CALLERS_MAX} callers heard last. <b>Threading</b>: confined to one event loop. */
final class LatestCallers<T> {

    private final Map<String, T> callers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
            return size() > AccessLimits.CALLERS_MAX;
        }
    };

    T of(String caller, Supplier<T> fresh) {
        return callers.computeIfAbsent(caller, name -> fresh.get());
    }

    int size() {
        return callers.size();
    }
}
