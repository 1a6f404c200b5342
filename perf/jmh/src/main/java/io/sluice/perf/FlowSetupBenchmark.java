// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.perf;

import io.sluice.hashing.authority.FlowWatch;
import io.sluice.hashing.authority.LocalAuthority;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.TargetSelectBatch;
import io.sluice.model.message.TargetSelectedBatch;
import io.sluice.selection.core.RendezvousRanking;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does the authority take for a new flow, and for its end? Without bus and sockets, in batches of 256.
 *
 * <p>{@code openAndClose} opens flows that nobody has seen and ends those of {@value #LIVE} flows before, so the records
 * stay as many. Ranking is part of it.
 *
 * <p>Run: {@code ./sluice bench jmh FlowSetupBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FlowSetupBenchmark {

    private static final int BATCH = 256;
    private static final int LIVE = 1 << 18;
    private static final NodeId NODE = new NodeId("gw-1");

    /** Targets in the set; 300 is the default quota of a load balancer. */
    @Param({"32", "300"})
    int targets = 32;

    private final byte[] intents = new byte[BATCH];
    private final int[] cookies = new int[LIVE];
    private LocalAuthority authority =
            new LocalAuthority(this::pick, new FlowCookies(new byte[32]), () -> 0, 1, FlowWatch.NONE, Set.of());
    private RendezvousRanking ranking = new RendezvousRanking(new long[0], new int[0]);
    private List<TargetRef> refs = List.of();
    private long opened;

    /** Makes the set, all weights 1, and as many flows as live at once. */
    @Setup
    public void fill() {
        TargetGroupId group = new TargetGroupId("firewalls");
        refs = IntStream.range(0, targets)
                .mapToObj(i -> new TargetRef(group, new TargetId("10.1." + i / 200 + "." + (i % 200 + 1)), 1))
                .toList();
        long[] fingerprints = refs.stream()
                .mapToLong(ref -> RendezvousRanking.fingerprint(group, ref.id()))
                .toArray();
        int[] weights = new int[targets];
        Arrays.fill(weights, 1);
        ranking = new RendezvousRanking(fingerprints, weights);
        Arrays.fill(intents, FlowOpenBatch.OPEN);
        authority = new LocalAuthority(
                this::pick,
                new FlowCookies(new byte[32]),
                () -> 1_795_000_000_000L + opened / 100,
                2 * LIVE,
                FlowWatch.NONE,
                Set.of());
        opened = 0;
        while (opened < LIVE) {
            open();
        }
    }

    private CompletableFuture<TargetSelectedBatch> pick(TargetSelectBatch batch) {
        int[] picks = new int[batch.flowCount()];
        for (int i = 0; i < picks.length; i++) {
            picks[i] = ranking.pick(batch.keyHashes()[i]);
        }
        return CompletableFuture.completedFuture(new TargetSelectedBatch(refs, picks));
    }

    private static long[] keys(long first) {
        long[] keys = new long[BATCH * FlowKey.WORDS];
        for (int i = 0; i < BATCH; i++) {
            int word = i * FlowKey.WORDS;
            keys[word] = 0xA1B2_C3D4L;
            keys[word + 2] = first + i;
            keys[word + 4] = 0xCB00_7100L;
            keys[word + FlowKey.TRAITS_WORD] = FlowKey.traits(40_000, 443, 17, 4, Stickiness.FIVE_TUPLE);
        }
        return keys;
    }

    private FlowOpenedBatch open() {
        FlowOpenedBatch answer = authority
                .open(new FlowOpenBatch(NODE, keys(opened), intents, new int[BATCH]))
                .toCompletableFuture()
                .join();
        System.arraycopy(answer.cookies(), 0, cookies, (int) (opened % LIVE), BATCH);
        opened += BATCH;
        return answer;
    }

    /** A flow from its first packet to its end, as the authority sees it. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public FlowOpenedBatch openAndClose() {
        int place = (int) (opened % LIVE);
        authority.closed(
                new FlowClosedBatch(NODE, keys(opened - LIVE), Arrays.copyOfRange(cookies, place, place + BATCH)));
        FlowOpenedBatch answer = open();
        if (opened % (1 << 12) == 0) {
            authority.sweep();
        }
        return answer;
    }
}
