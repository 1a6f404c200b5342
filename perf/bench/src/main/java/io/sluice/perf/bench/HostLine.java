// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf.bench;

import io.vertx.core.json.JsonObject;

/** What a number is worth nothing without, as a sentence for the head of a page. */
final class HostLine {

    private HostLine() {}

    /**
     * The sentence.
     *
     * @param host the facts the launcher gathered
     */
    static String of(JsonObject host) {
        return "%s, %d CPUs, %s, %s, Netty %s, Vert.x %s, load before the run %s. Commit %s%s."
                .formatted(
                        host.getString("cpu"),
                        host.getInteger("cpus"),
                        host.getString("kernel"),
                        host.getString("jdk"),
                        host.getString("netty"),
                        host.getString("vertx"),
                        host.getString("loadAverageBefore"),
                        host.getString("commit"),
                        host.getBoolean("dirty") ? ", with uncommitted changes" : "");
    }
}
