// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The flows this appliance saw last: at most so many; a new one then takes the place of the oldest.
 *
 * <p><b>Threading</b>: one thread. A packet of a known flow allocates nothing.
 */
public final class SeenFlows {

    private final Map<SeenFlow, SeenFlow> flows;
    private final SeenFlow met = new SeenFlow();
    private long seen;

    /** Keeps at most {@code flowsMax} flows. */
    public SeenFlows(int flowsMax) {
        this.flows = new OldestLeaves(flowsMax);
    }

    private static final class OldestLeaves extends LinkedHashMap<SeenFlow, SeenFlow> {
        private static final long serialVersionUID = 1;
        private final int flowsMax;

        OldestLeaves(int flowsMax) {
            this.flowsMax = flowsMax;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<SeenFlow, SeenFlow> eldest) {
            return size() > flowsMax;
        }
    }

    /**
     * Counts a packet.
     *
     * @return its flow, where it is the first packet of its direction that is remembered; else null
     */
    public @Nullable SeenFlow count(GatewayPacket packet, int innerBytes) {
        met.set(packet);
        SeenFlow flow = flows.get(met);
        if (flow == null) {
            flow = met.copy();
            flows.put(flow, flow);
            seen++;
        }
        return flow.count(met, innerBytes) ? flow : null;
    }

    /** Flows met so far; one that was forgotten and met again counts again. */
    public long seen() {
        return seen;
    }

    /** Flows remembered. */
    public int size() {
        return flows.size();
    }

    /** The newest flows, at most so many, oldest of them first. */
    public List<SeenFlow> newest(int listMax) {
        List<SeenFlow> all = new ArrayList<>(flows.values());
        return all.subList(Math.max(0, all.size() - listMax), all.size());
    }
}
