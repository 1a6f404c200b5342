// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Vert.x's cluster manager on a member that was started before, which it shuts down when the Vert.x closes. Knows what
 * this process has subscribed to, so that it can be compared with what the cluster knows.
 *
 * <p><b>Threading</b>: as its parent: called by Vert.x from any thread.
 */
final class BusClusterManager extends HazelcastClusterManager {

    private static final Logger LOG = LoggerFactory.getLogger(BusClusterManager.class);

    /** How long a subscription waits before it is tried again. */
    private static final long AGAIN_MS = 200;

    /** Attempts in vain between two words about it. */
    private static final int SAID_EVERY = 50;

    private final HazelcastInstance hazelcast;
    private final Runnable onLeave;
    private final Map<String, Set<RegistrationInfo>> subscriptions = new ConcurrentHashMap<>();
    private volatile @Nullable Vertx vertx;
    private volatile @Nullable RegistrationListener selectors;

    BusClusterManager(HazelcastInstance hazelcast, Runnable onLeave) {
        super(hazelcast);
        this.hazelcast = hazelcast;
        this.onLeave = onLeave;
    }

    @Override
    public void init(Vertx started) {
        vertx = started;
        super.init(started);
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        selectors = listener;
        super.registrationListener(listener);
    }

    /**
     * Noted at once, also where it fails: it is then published by whoever finds it missing. Where the cluster cannot take it,
     * as no member keeps subscriptions or two clusters become one, it waits until it can, so that a process that starts
     * just then does not fail.
     */
    @Override
    public void addRegistration(String address, RegistrationInfo registration, Completable<Void> promise) {
        if (!registration.localOnly()) {
            subscriptions
                    .computeIfAbsent(address, each -> ConcurrentHashMap.newKeySet())
                    .add(registration);
        }
        subscribe(address, registration, promise, 1);
    }

    private void subscribe(String address, RegistrationInfo registration, Completable<Void> promise, int attempt) {
        super.addRegistration(address, registration, (_, failed) -> {
            Vertx waiting = vertx;
            if (waiting != null && failed != null && isRunning() && isWanted(address, registration)) {
                if (attempt % SAID_EVERY == 0) {
                    LOG.atWarn()
                            .addKeyValue("event", "bus_not_subscribed")
                            .addKeyValue("attempts", attempt)
                            .addKeyValue("reason", failed)
                            .log("the cluster does not take a subscription to {}: trying again", address);
                }
                waiting.setTimer(AGAIN_MS, timer -> {
                    if (isWanted(address, registration)) {
                        subscribe(address, registration, promise, attempt + 1);
                    } else {
                        promise.complete(null, failed);
                    }
                });
            } else {
                promise.complete(null, failed);
            }
        });
    }

    private boolean isRunning() {
        return hazelcast.getLifecycleService().isRunning();
    }

    private boolean isWanted(String address, RegistrationInfo registration) {
        return subscriptions.getOrDefault(address, Set.of()).contains(registration);
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo registration, Completable<Void> promise) {
        Set<RegistrationInfo> ofAddress = subscriptions.get(address);
        if (ofAddress != null) {
            ofAddress.remove(registration);
        }
        super.removeRegistration(address, registration, promise);
    }

    /** Where the last one that kept subscriptions has left there are none to take its own out of. */
    @Override
    public synchronized void memberRemoved(MembershipEvent event) {
        if (!isActive() || DataMembers.any(hazelcast)) {
            super.memberRemoved(event);
        } else if (!event.getMember().isLiteMember()) {
            LOG.atWarn()
                    .addKeyValue("event", "cluster_without_data_member")
                    .log("the last member with the role flow-hashing has left: the bus stands until one has joined");
        }
    }

    /** What this process has subscribed to, for all to see; changes while it is read. */
    Map<String, Set<RegistrationInfo>> subscriptions() {
        return subscriptions;
    }

    /** Where this process sends what is looked up anew with the next message to each address. */
    void forgetSelectors() {
        RegistrationListener listener = selectors;
        if (listener != null) {
            listener.registrationsLost();
        }
    }

    /**
     * Publishes this process's place on the bus and its subscriptions again, and forgets those of members that are
     * gone: what Vert.x does after two halves of a cluster have merged.
     */
    void publishAgain() {
        stateChanged(new LifecycleEvent(LifecycleEvent.LifecycleState.MERGED));
    }

    @Override
    public void leave(Completable<Void> promise) {
        onLeave.run();
        Promise<Void> left = Promise.promise();
        super.leave(left);
        left.future().eventually(this::shutDown).onComplete(promise);
    }

    private Future<?> shutDown() {
        Vertx closing = vertx;
        if (closing == null) {
            hazelcast.shutdown();
            return Future.succeededFuture();
        }
        return closing.executeBlocking(() -> {
            hazelcast.shutdown();
            return null;
        });
    }
}
