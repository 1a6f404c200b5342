// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;

/**
 * What one round found about a pair, as the load generator printed it.
 *
 * @param json its object
 */
record Sample(JsonObject json) {

    /** Packets a second in the closed loop: delivered, or brought back with returns. */
    double saturatedPerS() {
        return closed().getDouble("ratePerS");
    }

    /** The highest rate that lost nothing, packets a second; 0 when the search found none. */
    double lossFreePerS() {
        return json.getDouble("lossFreeRatePerS", 0.0);
    }

    /** Whether a generator that did not keep pace, or the search's end, was the limit: the loss-free rate may be higher. */
    boolean lossFreeIsLowerBound() {
        return json.getBoolean("searchGeneratorBound", false);
    }

    /**
     * Share of the time its core was given that the forwarder, with the kernel's work for it, had in the closed loop; 0 to 1,
     * or above by the steps in which stolen time is counted.
     */
    double busy() {
        return (closed().getDouble("cpuNs") + closed().getDouble("softirqNs")) / givenNs();
    }

    /** Share of the time its core was given that others had in the closed loop; 0 to 1, in steps of about 0.014. */
    double disturbed() {
        return Math.max(0, closed().getDouble("coreBusyNs") / givenNs() - busy());
    }

    /** Share of the closed loop's time that the host took from the forwarder's core; 0 to 1, in steps of about 0.014. */
    double stolen() {
        return closed().getDouble("coreStolenNs") / closed().getDouble("spanNs");
    }

    /** What the host let the core have. */
    private double givenNs() {
        return closed().getDouble("spanNs") - closed().getDouble("coreStolenNs");
    }

    /** CPU time of the forwarder for a packet (with returns: for a round trip) in the closed loop, ns. */
    double cpuNsPerPacket() {
        double packets = closed().getDouble("doneInTime");
        return packets == 0 ? Double.NaN : (closed().getDouble("cpuNs") + closed().getDouble("softirqNs")) / packets;
    }

    /** The same of its busiest thread alone, without the kernel's threads, ns. */
    double busiestThreadNsPerPacket() {
        double packets = closed().getDouble("doneInTime");
        return packets == 0 ? Double.NaN : closed().getDouble("busiestThreadNs") / packets;
    }

    /**
     * A quantile of the time a packet took at half the loss-free rate, µs: {@code p50}, {@code p99} or {@code p999}. NaN
     * where the generator did not keep pace, as it would contain the generator's own delay.
     */
    double latencyUs(String quantile) {
        return json.getBoolean("halfRateKeptPace", false)
                ? json.getJsonObject("latencyNs").getDouble(quantile) / 1000
                : Double.NaN;
    }

    /** One packet of 100 was sent by the generator so long after it was due, or longer, µs; part of its {@link #latencyUs}. */
    double sentLateUs() {
        JsonObject late = json.getJsonObject("sentLateNs");
        return late == null ? Double.NaN : late.getDouble("p99") / 1000;
    }

    /** Packets that came with wrong headers, size or bytes, twice, or another way than their flow before. */
    long wrong() {
        JsonObject checked = json.getJsonObject("checked");
        return checked.getLong("wrongHeader")
                + checked.getLong("wrongSize")
                + checked.getLong("wrongBytes")
                + checked.getLong("duplicated")
                + checked.getLong("changed");
    }

    /** Packets that came after a later one of their flow. */
    long reordered() {
        return json.getJsonObject("checked").getLong("reordered");
    }

    /** Good packets that came when their phase was over; where they were due they count as lost. */
    long late() {
        return json.getJsonObject("checked").getLong("late");
    }

    /** Packets that the kernel did not take from the generator. */
    long refused() {
        return json.getJsonObject("checked").getLong("refused");
    }

    private JsonObject closed() {
        return json.getJsonObject("closed");
    }
}
