// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.selection.feed;

import io.sluice.bus.Latest;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.id.NodeId;
import io.sluice.model.message.ConfigChanged;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.probing.ProberAssignment;
import io.sluice.selection.core.SelectionInputs;
import io.sluice.selection.core.TargetSetSnapshot;
import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the snapshots of a process: inputs in, the newest configuration and the snapshot it makes out, once for all who need
 * them. Selection, the ingress of every shard and the control API follow what is made here, so none makes its own and all have
 * the same.
 *
 * <p>To make one takes up to a tenth of a second where there are ten thousand targets, and packets wait for event loops. So
 * inputs are taken on any thread but an event loop, and refused there: that is a fault of the program, and no packet is to wait
 * for it unnoticed. Under one lock the newest inputs win, so a snapshot that is handed out is never older than the one before.
 *
 * <p>A configuration goes out before the snapshot that it makes, each as one object. A loop is told of both in this order: when
 * selection picks a target that is new, the codec of every shard knows its address.
 *
 * <p><b>Threading</b>: any thread reads and follows; inputs as above, one at a time.
 */
public final class TargetSets {

    private static final Logger LOG = LoggerFactory.getLogger(TargetSets.class);

    private final NodeId self;
    private final LongSupplier nowMs;
    private final SelectionInputs inputs;
    private final Latest<ConfigRevision> revisions;
    private final Latest<TargetSetSnapshot> snapshots;

    /**
     * Starts with a configuration and no health: every target is initial.
     *
     * @param self this node: what it made itself comes by {@link #install}, whoever repeats it
     * @param probers how many are to probe a target from a zone
     * @param nowMs milliseconds since 1970 of a clock that never goes back: notices probers that are gone, and times slow
     *     starts
     */
    public TargetSets(NodeId self, ConfigRevision initial, int probers, LongSupplier nowMs) {
        this.self = self;
        this.nowMs = nowMs;
        this.inputs = new SelectionInputs(initial, probers);
        this.revisions = new Latest<>(initial);
        this.snapshots = new Latest<>(inputs.snapshot());
    }

    /** The same with as many probers to a target as by default. */
    public TargetSets(NodeId self, ConfigRevision initial, LongSupplier nowMs) {
        this(self, initial, ProberAssignment.PROBERS_DEFAULT, nowMs);
    }

    /** The newest configuration: to be followed by those who need no more than it. */
    public Latest<ConfigRevision> revisions() {
        return revisions;
    }

    /** The newest snapshot; it names the configuration it is made of. */
    public Latest<TargetSetSnapshot> snapshots() {
        return snapshots;
    }

    /**
     * Takes a configuration that this node made, unless the one it has counts. When this returns, the snapshot is there and
     * every loop is being told.
     *
     * @return whether it is news
     */
    public synchronized boolean install(ConfigRevision offered) {
        requireNoEventLoop();
        boolean news = inputs.accept(offered);
        if (news) {
            revisions.set(inputs.revision());
            handOut("configuration");
        }
        return news;
    }

    /** The same for one that another node published. */
    public boolean accept(ConfigChanged message) {
        return !message.revision().author().equals(self) && install(message.revision());
    }

    /**
     * Takes a prober's report, and leaves it to {@link #handOut} to make what follows of it: several may come together.
     *
     * @return whether it says anything new
     */
    public synchronized boolean accept(HealthChanged report) {
        requireNoEventLoop();
        return inputs.accept(report, nowMs.getAsLong());
    }

    /** Takes the time, which may take a silent prober's vote or let a slow start go on; to be called each second. */
    public synchronized void advance() {
        requireNoEventLoop();
        if (inputs.advance(nowMs.getAsLong())) {
            handOut("time");
        }
    }

    /** Makes the snapshot of what has been taken, and hands it out; does nothing where nothing is new. */
    public synchronized void handOut(String cause) {
        requireNoEventLoop();
        long begunNs = System.nanoTime();
        TargetSetSnapshot snapshot = inputs.snapshot();
        long madeNs = System.nanoTime() - begunNs;
        if (snapshot.equals(snapshots.get())) {
            return;
        }
        snapshots.set(snapshot);
        LOG.atInfo()
                .addKeyValue("event", "selection_changed")
                .addKeyValue("cause", cause)
                .addKeyValue("revision", snapshot.revisionNumber())
                .addKeyValue("snapshot", snapshot.identity())
                .addKeyValue("targets", snapshot.targetCount())
                .addKeyValue("made_us", TimeUnit.NANOSECONDS.toMicros(madeNs))
                .log("new flows are decided anew");
    }

    private static void requireNoEventLoop() {
        if (Context.isOnEventLoopThread()) {
            throw new IllegalStateException("a snapshot is to be made on event loop "
                    + Thread.currentThread().getName() + ", and packets wait: expected a worker");
        }
    }
}
