// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import java.util.ArrayList;
import java.util.List;

/** Where a flow has been, by what appliances received of it. <b>Threading</b>: confined to one thread. */
final class FlowHistory {

    /** Consecutive packets at one appliance with one cookie. <b>Units</b>: milliseconds since 1970. */
    static final class Stretch {
        final String appliance;
        final int cookie;
        final long firstMs;
        long lastMs;
        long fromClient;
        long fromServer;

        Stretch(String appliance, int cookie, long atMs) {
            this.appliance = appliance;
            this.cookie = cookie;
            this.firstMs = atMs;
            this.lastMs = atMs;
        }

        @Override
        public String toString() {
            return "%s %08x from %d to %d, %d + %d packets"
                    .formatted(appliance, cookie, firstMs, lastMs, fromClient, fromServer);
        }
    }

    private final List<Stretch> stretches = new ArrayList<>(1);

    /** Takes its next packet. */
    void see(String appliance, int cookie, boolean fromClient, long atMs) {
        if (stretches.isEmpty()
                || stretches.getLast().cookie != cookie
                || !stretches.getLast().appliance.equals(appliance)) {
            stretches.add(new Stretch(appliance, cookie, atMs));
        }
        Stretch last = stretches.getLast();
        last.lastMs = atMs;
        if (fromClient) {
            last.fromClient++;
        } else {
            last.fromServer++;
        }
    }

    List<Stretch> stretches() {
        return stretches;
    }

    /** Whether packets of both directions came to an appliance. */
    boolean bothWays() {
        return stretches.stream().anyMatch(stretch -> stretch.fromClient > 0)
                && stretches.stream().anyMatch(stretch -> stretch.fromServer > 0);
    }

    /** Where it was before a time; the first of all where it was nowhere yet. */
    Stretch before(long atMs) {
        Stretch found = stretches.getFirst();
        for (Stretch stretch : stretches) {
            if (stretch.firstMs <= atMs) {
                found = stretch;
            }
        }
        return found;
    }
}
