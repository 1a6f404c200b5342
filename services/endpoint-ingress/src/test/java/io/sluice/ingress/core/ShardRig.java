// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.flow.core.FlowTable;
import io.sluice.geneve.core.DataPathProbes;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.ReturnDecoder;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.hashing.core.FlowCookies;
import io.sluice.hashing.core.FlowHasher;
import io.sluice.hashing.core.FlowKeyExtractor;
import io.sluice.model.config.ConfigRevision;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.HealthReason;
import io.sluice.model.health.HealthState;
import io.sluice.model.health.TargetHealth;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.FlowAdoptBatch;
import io.sluice.model.message.FlowClosedBatch;
import io.sluice.model.message.FlowOpenBatch;
import io.sluice.model.message.FlowOpenedBatch;
import io.sluice.model.message.FlowTouchedBatch;
import io.sluice.model.message.HealthChanged;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.packet.count.PathCounters;
import io.sluice.selection.core.SelectionInputs;
import io.sluice.testkit.UntouchedBytes;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One whole shard (ingress, codec, table) between two recording sockets and an authority that answers when it is told to.
 *
 * <pre>
 *   10.0.0.2 ── endpoint vpce-0a1b2c3d4e5f60718, VNI 100, az1 ──┐            ┌── 10.1.0.11  fw-a
 *   10.0.0.3 ── (second attachment)                             ├── shard ───┤
 *   10.0.0.4 ── endpoint vpce-00000000000000002, VNI 200, az1 ──┘            └── 10.1.0.12  fw-b
 * </pre>
 */
final class ShardRig {

    static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;
    static final long SECOND_ENDPOINT = 2;
    static final int VNI = 100;
    static final int SECOND_VNI = 200;
    static final int ATTACHMENT = 0x0A00_0002;
    static final int SECOND_ATTACHMENT = 0x0A00_0003;
    static final int OTHER_ATTACHMENT = 0x0A00_0004;
    static final int INGRESS_PORT = 6080;
    static final int FW_A = 0x0A01_000B;
    static final int FW_B = 0x0A01_000C;
    static final int COOKIE = 0xC0FF_EE01;
    static final int SLOTS = 128;
    static final NodeId NODE = new NodeId("gw-1");
    static final Zone ZONE = new Zone("az1");
    static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    static final TargetRef TARGET_A = new TargetRef(GROUP, new TargetId("fw-a"), 1);
    static final TargetRef TARGET_B = new TargetRef(GROUP, new TargetId("fw-b"), 1);
    static final long CREATED_MS = 1_795_000_000_000L;

    /** What the pipelines asked for, in order. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Asked(FlowOpenBatch batch, long[] tickets) {}

    final PacketSlab slab = new PacketSlab(SLOTS, 9_216, 64);
    final FlowTable table;
    final TargetDirectory targets;
    final PathCounters counters = new PathCounters();
    final ShardState state;
    final FlowCookies cookies;
    final SelectionInputs inputs;
    final LocalDecider decider;
    final RecordingPort endpointPort = new RecordingPort(slab, 0x0A00_0001, INGRESS_PORT);
    final RecordingPort[] targetPorts = new RecordingPort[4];
    final Deque<Asked> asked = new ArrayDeque<>();
    final Deque<FlowAdoptBatch> offered = new ArrayDeque<>();
    final List<FlowClosedBatch> closed = new ArrayList<>();
    final List<FlowTouchedBatch> touched = new ArrayList<>();
    final FlowSetup setup = new FlowSetup() {
        @Override
        public void open(FlowOpenBatch batch, long[] tickets) {
            asked.add(new Asked(batch, tickets));
        }

        @Override
        public int adopt(FlowAdoptBatch batch) {
            offered.add(batch);
            return 1;
        }

        @Override
        public void closed(FlowClosedBatch batch) {
            closed.add(batch);
        }

        @Override
        public void touched(FlowTouchedBatch batch) {
            touched.add(batch);
        }
    };
    /** One node decides about every flow from now on, in one of its starts. */
    void decidesAll(long start) {
        shard.ownersAre(OwnerTable.of(new OwnerTable.Owner(new NodeId("authority"), start), 31));
    }

    /** Nobody else is asked unless a test says who. */
    final RigSearch search = new RigSearch();

    /** There is no other ingress unless a test says so. */
    final RigForward forward = new RigForward(slab);

    final IngressShard shard;
    final ReturnDecoder decoder;
    final DataPathProbes probes;
    long nowMs = 1_000;
    private long revision = 1;
    private long healthSequence;
    private long injected;

    ShardRig() {
        this(Stickiness.FIVE_TUPLE, 64);
    }

    ShardRig(Stickiness stickiness, int capacity) {
        this(new RigModel().stickiness(stickiness), capacity);
    }

    ShardRig(RigModel first) {
        this(first, 64);
    }

    ShardRig(RigModel first, int capacity) {
        this(first, capacity, new FlowCookies(new byte[32]));
    }

    /** The only shard of a node with these secrets. */
    ShardRig(RigModel first, int capacity, FlowCookies cookies) {
        this(first, capacity, cookies, new SharedByTarget<>(MacAccount::new));
    }

    /** One shard of a node with these secrets and these accounts of its targets. */
    ShardRig(RigModel first, int capacity, FlowCookies cookies, SharedByTarget<MacAccount> accounts) {
        this.cookies = cookies;
        table = new FlowTable(capacity, TargetDirectory.TARGETS_MAX, 16);
        targets = new TargetDirectory(index -> table.liveFlows(index) > 0);
        state = new ShardState(slab, table, targets, new FlowHasher(1, 2), counters, () -> nowMs, List.of(ZONE), 1);
        TargetSockets sockets = new TargetSockets(1, targetPorts.length);
        for (int slot = 0; slot < targetPorts.length; slot++) {
            targetPorts[slot] = new RecordingPort(slab, 0x0A01_0001, 49_152 + slot);
            sockets.put(0, slot, targetPorts[slot]);
        }
        GatewayModel model = first.build();
        inputs = new SelectionInputs(new ConfigRevision(revision, NODE, model));
        decider = new LocalDecider(inputs::snapshot, cookies, () -> CREATED_MS + nowMs);
        shard = new IngressShard(
                state,
                new DirectConduit(slab.memory(), targets, sockets),
                setup,
                decider,
                cookies,
                NODE,
                targetPorts.length,
                () -> CREATED_MS + nowMs,
                accounts,
                search,
                forward);
        probes = new DataPathProbes(
                slab, targets, sockets, counters, (targetIndex, sequence) -> (int) sequence, List.of(ZONE));
        decoder = new ReturnDecoder(slab, targets, counters, probes, shard.returns());
        state.configure(model);
        targets.update(model);
        probes.update(model);
        shard.inputsChanged();
        shard.deliverThrough(endpointPort);
    }

    /** Another configuration comes. */
    void configure(RigModel next) {
        GatewayModel model = next.build();
        revision++;
        inputs.accept(new ConfigRevision(revision, NODE, model));
        assertThat(decider.refresh()).as("news").isEqualTo(LocalDecider.News.CONFIGURATION);
        targets.update(model);
        probes.update(model);
        state.configure(model);
        shard.inputsChanged();
    }

    /** The prober's report: these targets are healthy, the other ones of the two are not. */
    void healthy(TargetRef... healthy) {
        healthyOf(List.of(TARGET_A, TARGET_B), healthy);
    }

    /** The prober's report about all these targets: the healthy ones are, the others are not. */
    void healthyOf(List<TargetRef> all, TargetRef... healthy) {
        List<TargetHealth> report = new ArrayList<>();
        for (TargetRef target : all) {
            boolean good = List.of(healthy).contains(target);
            report.add(new TargetHealth(
                    target,
                    ZONE,
                    good ? HealthState.HEALTHY : HealthState.UNHEALTHY,
                    good ? HealthReason.NONE : HealthReason.FAILED_HEALTH_CHECKS,
                    CREATED_MS));
        }
        healthSequence++;
        inputs.accept(new HealthChanged(NODE, 1, healthSequence, report), CREATED_MS + nowMs);
        decider.refresh();
        shard.inputsChanged();
    }

    /** A datagram comes to the ingress socket, alone in its batch. */
    void fromEndpoint(byte[] payload, int source) {
        receive(shard.pipeline(), endpointPort, payload, source);
        shard.pipeline().onBatchEnd();
    }

    /** A datagram comes to the ingress socket, more of the batch following. */
    void fromEndpointInBatch(byte[] payload, int source) {
        receive(shard.pipeline(), endpointPort, payload, source);
    }

    /** A datagram comes to the GENEVE port, alone in its batch. */
    void fromTarget(byte[] payload, int source) {
        receive(decoder, targetPorts[0], payload, source);
        decoder.onBatchEnd();
    }

    private void receive(DatagramReceiver receiver, RecordingPort port, byte[] payload, int source) {
        int slot = slab.acquire();
        assertThat(slot).as("a free slot").isNotEqualTo(PacketSlab.NONE);
        int offset = slab.dataStart(slot);
        UntouchedBytes before =
                new UntouchedBytes(slab.memory(), slab.slotStart(slot), offset - receiver.headroomBytes());
        slab.memory().put(offset, payload);
        injected++;
        receiver.onDatagram(port, slot, offset, payload.length, source, 40_000);
        before.check("what lies before the headroom that was asked for");
    }

    /** The authority answers the oldest question: every flow goes to this target under this cookie. */
    void answer(TargetRef target, int cookie) {
        answer(target, cookie, 0);
    }

    /** The same of flows that were moved so often. */
    void answer(TargetRef target, int cookie, int movesOfEach) {
        Asked question = asked.remove();
        int flows = question.batch.flowCount();
        int[] cookies = new int[flows];
        long[] createdAtMs = new long[flows];
        Arrays.fill(cookies, cookie);
        Arrays.fill(createdAtMs, CREATED_MS);
        int[] moves = new int[flows];
        Arrays.fill(moves, movesOfEach);
        shard.opening()
                .opened(
                        question.tickets,
                        new FlowOpenedBatch(List.of(target), new int[flows], cookies, createdAtMs, moves));
    }

    /** The authority refuses every flow of the oldest question. */
    void refuse(int outcome) {
        Asked question = asked.remove();
        int flows = question.batch.flowCount();
        int[] outcomes = new int[flows];
        Arrays.fill(outcomes, outcome);
        shard.opening()
                .opened(question.tickets, new FlowOpenedBatch(List.of(), outcomes, new int[flows], new long[flows]));
    }

    /** The intents of the oldest question that waits for an answer. */
    byte[] intents() {
        return asked.getFirst().batch.intents();
    }

    /** The authority does not answer the oldest question in time. */
    void noAnswer() {
        shard.opening().openFailed(asked.remove().tickets);
    }

    /** The cookie that this gateway would have issued for the flow of a packet, so long ago. */
    int issued(byte[] inner, TargetRef target, long agoMs) {
        return issued(cookies, inner, target, agoMs);
    }

    /** The same of a gateway with other secrets. */
    int issued(FlowCookies by, byte[] inner, TargetRef target, long agoMs) {
        InnerPacket packet = new InnerPacket();
        assertThat(packet.parse(ByteBuffer.wrap(inner), 0, inner.length, 0x0800))
                .isEqualTo(DecodeStatus.OK);
        long[] key = new long[FlowKey.WORDS];
        FlowKeyExtractor.extract(packet, ENDPOINT, Stickiness.FIVE_TUPLE, key, 0);
        long createdAtMs = CREATED_MS + nowMs - agoMs;
        return by.issue(key, 0, target, createdAtMs, FlowCookies.slot(createdAtMs));
    }

    /** What left towards targets, whatever source port it left from. */
    List<RecordingPort.Sent> sentToTargets() {
        List<RecordingPort.Sent> all = new ArrayList<>();
        for (RecordingPort port : targetPorts) {
            all.addAll(port.take());
        }
        return all;
    }

    RecordingPort.Sent onlySentToTarget() {
        List<RecordingPort.Sent> sent = sentToTargets();
        assertThat(sent).hasSize(1);
        return sent.getFirst();
    }

    RecordingPort.Sent onlyDelivered() {
        List<RecordingPort.Sent> sent = endpointPort.take();
        assertThat(sent).hasSize(1);
        return sent.getFirst();
    }

    /** The only flow's slot in the table. */
    int onlyFlow() {
        assertThat(table.size()).isOne();
        return table.nextOccupied(0);
    }

    Map<DropReason, Long> drops() {
        Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            if (counters.drops(reason) > 0) {
                drops.put(reason, counters.drops(reason));
            }
        }
        return drops;
    }

    long dropped() {
        return drops().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Every packet is somewhere, and only once: the invariant of the counters and of the packet memory. */
    void checkNothingIsLost() {
        long in = counters.packets(PacketPlace.ENDPOINT_IN) + counters.packets(PacketPlace.TARGET_IN);
        long generated = counters.packets(PacketPlace.GENERATED);
        long out = endpointPort.sent()
                + Arrays.stream(targetPorts).mapToLong(RecordingPort::sent).sum();
        int held = shard.opening().heldPackets();
        assertThat(in).as("in").isEqualTo(injected);
        assertThat(out + dropped() + held)
                .as("out + dropped + held = in + generated")
                .isEqualTo(in + generated);
        assertThat(slab.freeCount() + held).as("free slots + held").isEqualTo(SLOTS);
    }
}
