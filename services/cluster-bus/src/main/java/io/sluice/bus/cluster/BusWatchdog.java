// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import io.vertx.core.Promise;
import io.vertx.core.spi.cluster.RegistrationInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the cluster knows this process's place on the bus and its subscriptions.
 *
 * <p>They live in two maps of the cluster and can be lost though the process has done nothing: all members that kept
 * them are gone, two halves have merged, or a member that was late to hear of the merge takes away what was published
 * after it (vert.x #4394). Then everything this process serves answers nobody until it is restarted. So both are
 * compared every second with what they should be, also soon after each change of members, and published again where
 * something is missing twice in a row. After a change, what this process remembers of others' subscriptions is looked
 * up anew as well: events can get lost. And where Vert.x failed to forget a member that is gone, because the map it
 * looked through was lost with it, it is told again.
 *
 * <p><b>Threading</b>: one thread of its own, which may wait for the cluster.
 */
final class BusWatchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BusWatchdog.class);

    private static final long PERIOD_MS = 1_000;

    /** After a change of members: Vert.x handles it first. */
    private static final long SETTLE_MS = 500;

    private static final long ANSWER_MAX_MS = 5_000;
    private static final int NAMES_SHOWN = 3;

    private final HazelcastInstance hazelcast;
    private final BusClusterManager manager;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().daemon().name("sluice-bus-watchdog").unstarted(task));

    /** Members that are gone, until nothing is left of them. */
    private final Queue<MembershipEvent> removed = new ConcurrentLinkedQueue<>();

    /** What was missing the last time. */
    private List<String> suspects = List.of();

    private volatile boolean changed;
    private final AtomicLong repairs = new AtomicLong();

    BusWatchdog(HazelcastInstance hazelcast, BusClusterManager manager) {
        this.hazelcast = hazelcast;
        this.manager = manager;
    }

    void start() {
        hazelcast.getCluster().addMembershipListener(new MembershipListener() {
            @Override
            public void memberAdded(MembershipEvent event) {
                checkSoon();
            }

            @Override
            public void memberRemoved(MembershipEvent event) {
                removed.add(event);
                checkSoon();
            }
        });
        ScheduledFuture<?> _ = thread.scheduleWithFixedDelay(this::check, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    /** How often something was missing and was published again. */
    long repairs() {
        return repairs.get();
    }

    private void checkSoon() {
        changed = true;
        try {
            ScheduledFuture<?> _ = thread.schedule(this::check, SETTLE_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.atDebug().addKeyValue("event", "bus_watchdog_closed").log("not checked: the member is leaving");
        }
    }

    private void check() {
        try {
            if (!DataMembers.any(hazelcast)) {
                return;
            }
            boolean afterChange = changed;
            changed = false;
            forgetRemoved();
            List<String> missing = missing();
            List<String> suspected = suspects;
            suspects = List.copyOf(missing);
            if (!missing.isEmpty() && suspected.isEmpty()) {
                ScheduledFuture<?> _ = thread.schedule(this::check, SETTLE_MS, TimeUnit.MILLISECONDS);
            }
            // what is on its way now is there the next time
            missing.retainAll(suspected);
            if (!missing.isEmpty()) {
                repairs.incrementAndGet();
                LOG.atWarn()
                        .addKeyValue("event", "bus_place_lost")
                        .addKeyValue("missing", missing.size())
                        .log(
                                "the cluster has forgotten this node's {}: published again",
                                String.join(", ", missing.subList(0, Math.min(NAMES_SHOWN, missing.size()))));
                manager.publishAgain();
            } else if (afterChange) {
                manager.forgetSelectors();
            }
        } catch (HazelcastInstanceNotActiveException left) {
            LOG.atDebug().addKeyValue("event", "bus_watchdog_idle").log("not checked: the member has left");
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | TimeoutException notNow) {
            changed = true;
            LOG.atDebug()
                    .setCause(notNow)
                    .addKeyValue("event", "bus_not_checked")
                    .log("checked again in a second");
        }
    }

    private void forgetRemoved() {
        removed.removeIf(event -> !isOnTheBus(event));
        for (MembershipEvent event : removed) {
            LOG.atInfo()
                    .addKeyValue("event", "bus_member_forgotten")
                    .addKeyValue("member", event.getMember().getAddress())
                    .log("a member that is gone was still on the bus: forgotten");
            manager.memberRemoved(event);
        }
    }

    private boolean isOnTheBus(MembershipEvent event) {
        String id = event.getMember().getAttribute(HazelcastClusterFactory.BUS_ATTRIBUTE);
        return id != null && hazelcast.getMap(BusClusterManager.PLACES).containsKey(id);
    }

    private List<String> missing() throws TimeoutException, InterruptedException {
        List<String> missing = new ArrayList<>();
        if (!hazelcast.getMap(BusClusterManager.PLACES).containsKey(manager.getNodeId())) {
            missing.add("place on the bus");
        }
        for (Map.Entry<String, Set<RegistrationInfo>> own :
                manager.subscriptions().entrySet()) {
            // copied first: what is removed in the meantime is not missing
            List<RegistrationInfo> expected = List.copyOf(own.getValue());
            if (!expected.isEmpty()) {
                List<RegistrationInfo> known = known(own.getKey());
                for (RegistrationInfo each : expected) {
                    if (!known.contains(each) && own.getValue().contains(each)) {
                        missing.add("subscription to " + own.getKey());
                    }
                }
            }
        }
        return missing;
    }

    private List<RegistrationInfo> known(String address) throws TimeoutException {
        Promise<List<RegistrationInfo>> answer = Promise.promise();
        manager.getRegistrations(address, answer);
        return answer.future().await(ANSWER_MAX_MS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
