// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cookies this appliance saw, so that it can return wrong ones that are real: a tuple's cookie before its present
 * one, and that of another tuple.
 *
 * <p><b>Threading</b>: one thread. <b>Limits</b>: so many tuples; a new one then takes the place of the oldest.
 */
public final class CookieMemory {

    private final Map<SeenFlow, Cookies> tuples;
    private final SeenFlow met = new SeenFlow();
    private @Nullable Cookies noted;
    /** The tuple whose cookie changed last, and the one before. */
    private @Nullable Cookies newest;

    private @Nullable Cookies secondNewest;

    private static final class Cookies {
        private int current;
        private int previous;
        private boolean hasPrevious;

        private Cookies(int cookie) {
            current = cookie;
        }
    }

    private static final class OldestLeaves extends LinkedHashMap<SeenFlow, Cookies> {
        private static final long serialVersionUID = 1;
        private final int tuplesMax;

        private OldestLeaves(int tuplesMax) {
            this.tuplesMax = tuplesMax;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<SeenFlow, Cookies> eldest) {
            return size() > tuplesMax;
        }
    }

    /** Remembers at most {@code tuplesMax} tuples. */
    public CookieMemory(int tuplesMax) {
        this.tuples = new OldestLeaves(tuplesMax);
    }

    /** Notes the cookie of a packet; the other methods speak of this packet then. */
    public void note(GatewayPacket packet) {
        met.setTuple(packet);
        Cookies cookies = tuples.get(met);
        if (cookies == null) {
            cookies = new Cookies(packet.cookie());
            tuples.put(met.copy(), cookies);
            changed(cookies);
        } else if (cookies.current != packet.cookie()) {
            cookies.previous = cookies.current;
            cookies.hasPrevious = true;
            cookies.current = packet.cookie();
            changed(cookies);
        }
        noted = cookies;
    }

    private void changed(Cookies cookies) {
        if (newest != cookies) {
            secondNewest = newest;
            newest = cookies;
        }
    }

    /** The cookie that the noted packet's tuple had before; its present one where it had no other. */
    int previous() {
        Cookies cookies = noted;
        if (cookies == null) {
            throw new IllegalStateException("no packet was noted");
        }
        return cookies.hasPrevious ? cookies.previous : cookies.current;
    }

    /** The cookie of another tuple, the one that came last; the present one where there is no other tuple. */
    int other() {
        Cookies cookies = noted;
        if (cookies == null) {
            throw new IllegalStateException("no packet was noted");
        }
        Cookies other = newest == cookies ? secondNewest : newest;
        return other == null ? cookies.current : other.current;
    }
}
