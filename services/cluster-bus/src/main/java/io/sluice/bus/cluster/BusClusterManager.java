// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus.cluster;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.core.LifecycleEvent;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastNodeInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** Map of Vert.x: where on the network each member's bus is. */
    static final String PLACES = "__vertx.nodeInfo";

    /** How long the cluster may take to answer what a message waits for: as long as a connection to a member may take. */
    private static final long LOOKUP_MAX_MS = HazelcastClusterFactory.BUS_CONNECT_TIMEOUT_MS;

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

    /**
     * Where on the network a member's bus is, asked with a limit. The one who answers may have been taken for dead and back
     * while it did: its answer is lost, and Hazelcast would wait for it for a minute. All that is meant for the member waits
     * behind the question, so it is better asked again with the next message.
     */
    @Override
    public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
        Vertx asking = Objects.requireNonNull(vertx, "init comes first");
        CompletionStage<NodeInfo> place;
        try {
            place = hazelcast
                    .<String, HazelcastNodeInfo>getMap(PLACES)
                    .getAsync(nodeId)
                    .thenApply(found -> place(nodeId, found));
        } catch (HazelcastInstanceNotActiveException left) {
            promise.fail(left);
            return;
        }
        inTime(Future.fromCompletionStage(place, asking.getOrCreateContext()), "where the bus of " + nodeId + " is")
                .onComplete(promise);
    }

    private static NodeInfo place(String nodeId, @Nullable HazelcastNodeInfo found) {
        if (found == null) {
            throw new IllegalStateException("the cluster knows no place on the bus of " + nodeId);
        }
        return found.unwrap();
    }

    /** Who serves an address, asked with the same limit: messages to the address wait behind this question. */
    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
        Promise<List<RegistrationInfo>> found = Promise.promise();
        super.getRegistrations(address, found);
        inTime(found.future(), "who serves " + address).onComplete(promise);
    }

    private static <T> Future<T> inTime(Future<T> answer, String question) {
        return answer.timeout(LOOKUP_MAX_MS, TimeUnit.MILLISECONDS)
                .recover(failed -> Future.failedFuture(
                        failed instanceof TimeoutException
                                ? new TimeoutException(
                                        "the cluster does not say within " + LOOKUP_MAX_MS + " ms " + question)
                                : failed));
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
