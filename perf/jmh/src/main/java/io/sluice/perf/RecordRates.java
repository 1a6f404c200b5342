// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import com.hazelcast.map.IMap;
import io.sluice.bus.cluster.HazelcastClusterFactory;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.FlowRecord;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.wire.WireCodecs;
import io.sluice.records.RecordKey;
import io.sluice.records.cluster.ClusterRecords;
import io.sluice.records.cluster.LoadedPartition;
import io.sluice.records.journal.FlowJournal;
import io.sluice.records.journal.JournalIdentity;
import io.sluice.records.journal.JournalLimits;
import io.sluice.records.journal.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How many flow records a second reach one backup in another process, and the disk?
 *
 * <p>{@code cluster} starts a second process as the backup, and then in turn, round after round: a bare loop of
 * {@code putAllAsync} on the same map with entries that are encoded beforehand, and {@link ClusterRecords} with
 * records; then erasing, and loading a partition of 50,000; then how far copies are behind an authority that opens 10,000,
 * 25,000 and 50,000 flows a second, and half of that rate ({@link CopyLag}). {@code journal DIRECTORY} writes a million records
 * to a journal and replays them. Each figure is a line of text; the first round warms up.
 *
 * <p>Run this class with {@code -Djava.util.concurrent.ForkJoinPool.common.parallelism=4} and one of these arguments; a
 * number behind it makes the run shorter.
 */
public final class RecordRates {

    private static final int BATCH = 256;
    private static final int WINDOW = 8;
    private static final int ROUNDS = 6;
    private static final int BATCHES_A_ROUND = 1_200;
    private static final int LOADED = 50_000;
    private static final int JOURNALED = 1_000_000;
    private static final int LAG_SECONDS = 10;
    private static final String MAP = "flow-records-v1";
    private static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;
    private static final NodeId NODE = new NodeId("gw-1");

    private final int batchesARound;

    private RecordRates(int batchesARound) {
        this.batchesARound = batchesARound;
    }

    /** Measures what its argument names. */
    public static void main(String[] arguments) throws Exception {
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "cluster" ->
                new RecordRates(arguments.length > 1 ? Integer.parseInt(arguments[1]) : BATCHES_A_ROUND).cluster();
            case RecordMember.BACKUP -> RecordMember.backup();
            case "journal" ->
                journal(Path.of(arguments[1]), arguments.length > 2 ? Integer.parseInt(arguments[2]) : JOURNALED);
            default ->
                throw new IllegalArgumentException(
                        "expected cluster [batches], or journal and a directory [records], got "
                                + Arrays.toString(arguments));
        }
    }

    private void cluster() throws Exception {
        RecordMember own = RecordMember.start(0);
        try (AutoCloseable backup = RecordMember.startBackup(own)) {
            double rate = rates(own);
            erasing(own);
            loading(own);
            CopyLag lag = new CopyLag(own);
            for (double flows : new double[] {10_000, 25_000, 50_000, rate / 2}) {
                lag.measure(flows, LAG_SECONDS);
            }
        } catch (Exception failed) {
            failed.printStackTrace();
            System.exit(1); // the member's threads would go on
        }
        System.exit(0);
    }

    /** Records a second, as {@link ClusterRecords} writes them. */
    private double rates(RecordMember own) throws Exception {
        IMap<byte[], byte[]> map = own.member().hazelcast().getMap(MAP);
        List<Map<byte[], byte[]>> encoded = new ArrayList<>();
        List<List<FlowRecord>> batches = new ArrayList<>();
        Set<Integer> owned = load(own);
        int number = 0;
        for (int batch = 0; batch < batchesARound; batch++) {
            // an owner writes flows of its own partitions
            List<FlowRecord> flows = new ArrayList<>(BATCH);
            for (; flows.size() < BATCH; number++) {
                FlowRecord flow = flows(number, number + 1).getFirst();
                if (owned.contains(
                        RecordKey.partition(RecordKey.bytes(flow.key()), HazelcastClusterFactory.PARTITION_COUNT))) {
                    flows.add(flow);
                }
            }
            batches.add(flows);
            Map<byte[], byte[]> entries = new HashMap<>();
            flows.forEach(each -> entries.put(RecordKey.bytes(each.key()), WireCodecs.FLOW_RECORD.encode(each)));
            encoded.add(entries);
        }
        List<Double> bare = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            bare.add(rate(batchesARound, batch -> map.putAllAsync(encoded.get(batch))));
            ours.add(rate(batchesARound, batch -> own.records().write(batches.get(batch))));
            System.out.printf(
                    "round %d: putAllAsync %,.0f/s, ClusterRecords %,.0f/s%n", round, bare.getLast(), ours.getLast());
        }
        double bareMedian = median(bare.subList(1, ROUNDS));
        double oursMedian = median(ours.subList(1, ROUNDS));
        System.out.printf(
                "median: putAllAsync %,.0f/s, ClusterRecords %,.0f/s, %.0f %%%n",
                bareMedian, oursMedian, 100 * oursMedian / bareMedian);
        return oursMedian;
    }

    /** Loads what it owns, as an owner does before it decides. */
    private static Set<Integer> load(RecordMember own) throws Exception {
        Set<Integer> owned = new HashSet<>();
        for (int partition = 0; partition < HazelcastClusterFactory.PARTITION_COUNT; partition++) {
            if (own.records().load(partition).toCompletableFuture().get().owned()) {
                owned.add(partition);
            }
        }
        return owned;
    }

    private static double median(List<Double> rates) {
        List<Double> sorted = rates.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** Keys a second, with so many batches under way. */
    private static double rate(int batches, Function<Integer, CompletionStage<?>> call) throws InterruptedException {
        Semaphore room = new Semaphore(WINDOW);
        long startNs = System.nanoTime();
        for (int batch = 0; batch < batches; batch++) {
            room.acquire();
            call.apply(batch).whenComplete((kept, failure) -> {
                if (failure != null) {
                    System.err.println(failure);
                }
                room.release();
            });
        }
        room.acquire(WINDOW);
        return batches * (double) BATCH / ((System.nanoTime() - startNs) / 1e9);
    }

    private void erasing(RecordMember own) throws Exception {
        int half = batchesARound / 2;
        double batched = rate(half, batch -> own.records().erase(flows(batch * BATCH, (batch + 1) * BATCH)));
        IMap<byte[], byte[]> map = own.member().hazelcast().getMap(MAP);
        System.out.printf("erased: %,.0f/s, %,d of %,d left%n", batched, map.size(), batchesARound * BATCH);
    }

    private static void loading(RecordMember own) throws Exception {
        int partition = -1;
        for (int each = 0; partition < 0; each++) {
            if (own.records().load(each).toCompletableFuture().get().owned()) {
                partition = each;
            }
        }
        List<FlowRecord> flows = new ArrayList<>();
        long[] words = new long[FlowKey.WORDS];
        for (int number = 2_000_000; flows.size() < LOADED; number++) {
            FlowRecord flow = flows(number, number + 1).getFirst();
            flow.key().copyTo(words, 0);
            if (KeyPartition.of(words, 0, HazelcastClusterFactory.PARTITION_COUNT) == partition) {
                flows.add(flow);
            }
        }
        for (int from = 0; from < LOADED; from += BATCH) {
            own.records()
                    .write(flows.subList(from, Math.min(from + BATCH, LOADED)))
                    .toCompletableFuture()
                    .get();
        }
        for (int round = 0; round < ROUNDS; round++) {
            long startNs = System.nanoTime();
            LoadedPartition loaded =
                    own.records().load(partition).toCompletableFuture().get();
            System.out.printf(
                    "loaded %,d records in %d ms%n",
                    loaded.records().size(), (System.nanoTime() - startNs) / 1_000_000);
        }
    }

    private static void journal(Path directory, int records) throws Exception {
        JournalIdentity identity = JournalIdentity.of(List.of("a fingerprint"));
        try (FlowJournal journal = FlowJournal.open(directory, identity, JournalLimits.DEFAULT)) {
            List<Long> lagsUs = new ArrayList<>();
            double rate = rate(records / BATCH, batch -> {
                long startNs = System.nanoTime();
                return journal.write(flows(batch * BATCH, (batch + 1) * BATCH)).thenRun(() -> {
                    synchronized (lagsUs) {
                        lagsUs.add((System.nanoTime() - startNs) / 1_000);
                    }
                });
            });
            print(lagsUs);
            System.out.printf(
                    "journaled %,.0f/s, %,d syncs, %,d bytes%n",
                    rate, journal.figures().syncs(), bytes(directory));
            lagsUs.clear();
            for (int batch = 0; batch < 500; batch++) {
                long startNs = System.nanoTime();
                journal.write(flows(batch, batch + 1)).toCompletableFuture().get();
                lagsUs.add((System.nanoTime() - startNs) / 1_000);
            }
            System.out.println("one at a time:");
            print(lagsUs);
        }
        long startNs = System.nanoTime();
        try (FlowJournal journal = FlowJournal.open(directory, identity, JournalLimits.DEFAULT)) {
            long openNs = System.nanoTime();
            Replay replay = journal.replay(chunk -> {});
            System.out.printf(
                    "opened in %d ms, %,d replayed in %d ms%n",
                    (openNs - startNs) / 1_000_000, replay.records(), (System.nanoTime() - openNs) / 1_000_000);
            startNs = System.nanoTime();
            journal.discard().toCompletableFuture().get();
            System.out.printf(
                    "discarded in %d ms, %,d bytes%n", (System.nanoTime() - startNs) / 1_000_000, bytes(directory));
        }
    }

    private static void print(List<Long> lagsUs) {
        List<Long> sorted = lagsUs.stream().sorted().toList();
        System.out.printf(
                "from write to disk: p50 %,d us, p99 %,d us, max %,d us%n",
                sorted.get(sorted.size() / 2), sorted.get(sorted.size() * 99 / 100), sorted.getLast());
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(FlowJournal.DIRECTORY))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /** Makes a key the one of a flow of an endpoint, by its number: spread over the key space, as those of many hosts are. */
    static void spread(long[] key, long endpoint, int number) {
        long mixed = number * 0x9E37_79B9_7F4A_7C15L;
        key[0] = endpoint;
        key[2] = 0x0A00_0000L + (mixed >>> 48);
        key[4] = 0x0B00_0000L + (mixed >>> 32 & 0xFFFF);
        key[5] = FlowKey.traits(443, number & 0xFFFF, 6, 4, Stickiness.FIVE_TUPLE);
    }

    private static List<FlowRecord> flows(int from, int to) {
        List<FlowRecord> flows = new ArrayList<>(to - from);
        long[] key = new long[FlowKey.WORDS];
        for (int number = from; number < to; number++) {
            spread(key, ENDPOINT, number);
            flows.add(new FlowRecord(
                    FlowKey.copyOf(key, 0),
                    new TargetRef(new TargetGroupId("firewalls"), new TargetId("10.1.0." + number % 8), 1),
                    number,
                    number / 8,
                    1_795_000_000_000L + number,
                    0,
                    1_795_000_000_000L + number,
                    NODE,
                    false,
                    false));
        }
        return flows;
    }
}
