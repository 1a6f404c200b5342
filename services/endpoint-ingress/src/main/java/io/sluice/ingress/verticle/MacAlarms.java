// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.verticle;

import io.sluice.model.id.TargetRef;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Targets of this node that got more cookies wrong than they may: said once when one begins to, and once when none of the
 * shards has seen it do so for {@value #QUIET_MS} ms.
 *
 * <p><b>Limits</b>: registered targets only, as no other has a budget. <b>Threading</b>: any thread; shards tell it from
 * their ticks, packets never come here.
 */
public final class MacAlarms {

    /** How long a target must keep within its budget until its alarm ends: longer than it is off. */
    static final long QUIET_MS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(MacAlarms.class);

    private final Map<TargetRef, Long> exceededAtMs = new ConcurrentHashMap<>();

    /**
     * A target has exceeded its budget in some shard.
     *
     * @param nowMs a clock that all shards have
     */
    void exceeded(TargetRef target, long nowMs) {
        if (exceededAtMs.put(target, nowMs) == null) {
            LOG.atWarn()
                    .addKeyValue("event", "return_macs_failed")
                    .addKeyValue("target_group", target.group())
                    .addKeyValue("target", target.id())
                    .log("it returns packets of no flow under cookies that nobody issued: only returns of known flows"
                            + " are taken from it for a while; see whether the appliance, or who sends in its"
                            + " name, is sound");
        }
    }

    /** Ends alarms of targets that have been quiet. */
    void tick(long nowMs) {
        exceededAtMs.forEach((target, atMs) -> {
            if (nowMs - atMs >= QUIET_MS && exceededAtMs.remove(target, atMs)) {
                LOG.atInfo()
                        .addKeyValue("event", "return_macs_quiet")
                        .addKeyValue("target_group", target.group())
                        .addKeyValue("target", target.id())
                        .log("the cookies that it returns are right again, or it returns none of unknown flows");
            }
        });
    }

    /** Targets whose alarm is on. */
    public int raised() {
        return exceededAtMs.size();
    }
}
