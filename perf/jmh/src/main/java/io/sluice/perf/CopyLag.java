// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.hashing.authority.ClusterAuthority;
import io.sluice.hashing.authority.CopyPlace;
import io.sluice.hashing.authority.CopyWatch;
import io.sluice.hashing.authority.LocalAuthority;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.sluice.records.RecordKeeping;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How far the copies of records are behind the authority that decides: new flows come at a steady rate, on the event loop
 * that copies, with the timers of a node; only the network and the picking of targets are left out.
 *
 * <p><b>Threading</b>: measures on one event loop; {@link #measure} blocks its caller.
 */
final class CopyLag {

    /** As {@code FlowHashingVerticle} has it. */
    private static final long COPY_MS = 5;

    /** The same. */
    private static final long SWEEP_MS = 20;

    private static final long OPEN_MS = 1;

    /** None of {@link RecordRates}: its flows are there already. */
    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0719L;

    private static final int FLOWS_MAX = 4_000_000;
    private static final long WARM_UP_SECONDS = 5;
    private static final long MS = TimeUnit.SECONDS.toMillis(1);
    private static final int OWNED_SECONDS = 120;

    /**
     * Records whose copies were confirmed together.
     *
     * @param records how many
     * @param lagMs how long ago the first of them changed, at most
     */
    private record Copied(int records, long lagMs) {}

    private final RecordMember own;
    private final Vertx vertx;
    private final Context loop;
    private final ClusterAuthority authority;
    private final List<Copied> copied = new ArrayList<>();
    private final long[] key = new long[FlowKey.WORDS];
    private long opened;
    private long refused;
    private long failed;
    private int number;
    private boolean counting;

    CopyLag(RecordMember own) {
        this.own = own;
        this.vertx = own.member().vertx();
        this.loop = vertx.getOrCreateContext();
        TargetRef target = new TargetRef(new TargetGroupId("firewalls"), new TargetId("10.1.0.1"), 1);
        LocalAuthority memory = new LocalAuthority(
                batch -> CompletableFuture.completedStage(
                        new TargetSelectedBatch(List.of(target), new int[batch.flowCount()])),
                new FlowCookies(new byte[FlowCookies.SECRET_BYTES_MIN]),
                System::currentTimeMillis,
                FLOWS_MAX,
                (change, end, keys, firstWord, picked, cookie, ingress, nowMs) -> {},
                Set.of(CopyPlace.CLUSTER));
        RecordKeeping keeping = new RecordKeeping(own.records(), false, null, HazelcastClusterFactory.PARTITION_COUNT);
        this.authority = new ClusterAuthority(
                memory,
                own.self(),
                own.member()::owners,
                keeping,
                keeping.copies(),
                new Watch(),
                task -> loop.runOnContext(turn -> task.run()),
                System::currentTimeMillis);
    }

    /** Opens so many flows a second for some time, and prints how far copies were behind, and how long collections took. */
    void measure(double rate, long seconds) throws Exception {
        int flowsEachMs = Math.max(1, (int) Math.round(rate / MS));
        copied.clear();
        opened = 0;
        failed = 0;
        List<Long> timers = onLoop(() -> List.of(
                vertx.setPeriodic(COPY_MS, timer -> authority.copy()),
                vertx.setPeriodic(SWEEP_MS, timer -> authority.sweep())));
        try {
            awaitOwnership();
            long collectedMs = collectedMs();
            openSteadily(flowsEachMs, WARM_UP_SECONDS + seconds);
            System.out.printf(
                    "collections took %,d ms of %,d s%n", collectedMs() - collectedMs, WARM_UP_SECONDS + seconds);
        } finally {
            // what is measured next has the loop for itself
            timers.forEach(vertx::cancelTimer);
        }
        print(flowsEachMs * MS, seconds);
    }

    private static long collectedMs() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum();
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(turn -> done.complete(task.get()));
        return done.get();
    }

    private void openSteadily(int flowsEachMs, long seconds) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.runOnContext(start -> {
            long startNs = System.nanoTime();
            long[] turns = new long[1];
            vertx.setPeriodic(OPEN_MS, timer -> {
                long dueMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
                if (dueMs >= TimeUnit.SECONDS.toMillis(seconds)) {
                    vertx.cancelTimer(timer);
                    authority.flush().whenComplete((flushed, failure) -> done.complete(null));
                    return;
                }
                counting = dueMs >= TimeUnit.SECONDS.toMillis(WARM_UP_SECONDS);
                for (; turns[0] < dueMs; turns[0]++) {
                    open(flowsEachMs);
                }
            });
        });
        done.get();
    }

    /** Until it decides about its own half of the partitions. */
    private void awaitOwnership() throws Exception {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(OWNED_SECONDS);
        while (!onLoop(this::decides)) {
            if (System.nanoTime() - endNs > 0) {
                throw new IllegalStateException("no partition is decided about after " + OWNED_SECONDS + " s");
            }
            TimeUnit.MILLISECONDS.sleep(SWEEP_MS);
        }
    }

    private boolean decides() {
        refused = 0;
        open(FlowOpenBatch.FLOWS_MAX);
        return refused == 0;
    }

    private void open(int flows) {
        OwnerTable owners = own.member().owners();
        for (int left = flows; left > 0; left -= FlowOpenBatch.FLOWS_MAX) {
            int count = Math.min(left, FlowOpenBatch.FLOWS_MAX);
            long[] keys = new long[count * FlowKey.WORDS];
            byte[] intents = new byte[count];
            Arrays.fill(intents, FlowOpenBatch.OPEN);
            for (int i = 0; i < count; i++) {
                next(owners);
                System.arraycopy(key, 0, keys, i * FlowKey.WORDS, FlowKey.WORDS);
            }
            authority
                    .open(new FlowOpenBatch(own.self(), keys, intents, new int[count]))
                    .whenComplete((answer, failure) -> {
                        for (int i = 0; failure == null && i < count; i++) {
                            boolean isOpen = answer.outcomes()[i] >= 0;
                            opened += isOpen && counting ? 1 : 0;
                            refused += isOpen ? 0 : 1;
                        }
                    });
        }
    }

    /** The key of another flow of a partition that this member owns. */
    private void next(OwnerTable owners) {
        do {
            RecordRates.spread(key, ENDPOINT, ++number);
        } while (!isOwn(owners));
    }

    private boolean isOwn(OwnerTable owners) {
        OwnerTable.Owner owner = owners.owner(KeyPartition.of(key, 0, owners.partitions()));
        return owner != null && owner.node().equals(own.self());
    }

    private void print(long askedRate, long seconds) {
        long records = copied.stream().mapToLong(Copied::records).sum();
        System.out.printf(
                "authority: asked for %,d flows/s, opened %,d/s, copied %,d/s, %,d refused, %,d not copied at once%n",
                askedRate, opened / seconds, records / seconds, refused, failed);
        copied.sort(Comparator.comparingLong(Copied::lagMs));
        System.out.printf(
                "lag of copies: p50 %d ms, p99 %d ms, longest %d ms%n",
                percentile(records, 50), percentile(records, 99), percentile(records, 100));
    }

    /** Of {@link #copied} in order of its lags. */
    private long percentile(long records, int percent) {
        long left = (records * percent + 99) / 100;
        for (Copied batch : copied) {
            left -= batch.records();
            if (left <= 0) {
                return batch.lagMs();
            }
        }
        return 0;
    }

    private final class Watch implements CopyWatch {

        @Override
        public void copied(CopyPlace place, int records, long lagMs) {
            if (counting) {
                copied.add(new Copied(records, lagMs));
            }
        }

        @Override
        public void failed(CopyPlace place, int records, Throwable cause) {
            failed += records;
        }

        @Override
        public void notErased(CopyPlace place, int flows, Throwable cause) {
            // none ends here
        }

        @Override
        public void waiting(CopyPlace place, int records) {
            // the lag says it
        }
    }
}
