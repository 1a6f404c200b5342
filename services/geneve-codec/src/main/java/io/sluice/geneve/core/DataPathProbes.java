// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.datagram.PacketSlab;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.DataPathVerdict.State;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.packet.geneve.GwlbOptions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Probes through targets: a packet as flows have them, which the target must return, and one that it must not.
 *
 * <p>A health check proves that a port is open. These prove that packets pass, and with the negative probe that rules are
 * in force: an appliance whose source/destination check swallows everything (W-26), whose inspection hangs, or that lets
 * everything through is found. A firewall needs one rule that permits and one that denies: {@code docs/probes.md}.
 *
 * <p><b>Packet</b>: the three options with endpoint id 0, which no endpoint has; attachment id 0; a cookie that only the
 * probed target can know; inside, {@link ProbePacket}. An answer must come from the target's address to the zone's, with
 * that cookie, and the inner packet as it was but for its TTL and IPv4 header checksum.
 *
 * <p><b>From where</b>: each zone's address that may use the target (its own zone; every enabled zone with cross-zone).
 * Zones of one target take turns, so that a target that keeps one header per inner tuple (W-16) is not confused.
 *
 * <p><b>Time</b>: a probe has until its next turn, at least {@value ProbePath#ANSWER_MS_MIN} ms, measured by
 * {@link AwakeClock}. So a target that stops returning is FAILING after {@code failures} to {@code failures + 1}
 * intervals and a tick.
 *
 * <p><b>Balance</b>: a probe counts as {@link PacketPlace#GENERATED} and as out; its answer as in and
 * {@link PacketPlace#PROBE_ANSWERS}. What is no answer is dropped: {@link DropReason#PROBE_UNKNOWN},
 * {@link DropReason#PROBE_CHANGED}.
 *
 * <p><b>Threading</b>: confined to the shard's event loop; a node has one shard that probes, which owns the addresses
 * of probes, so that all answers come there. <b>Limits</b>: {@value #PACKETS_PER_TICK_MAX} probes a tick, the rest waits for
 * the next; a turn for which the slab has no room is left out and accuses nobody. <b>Allocation</b>: none per packet.
 */
public final class DataPathProbes implements PathWatch {

    /** Inner source address of probes: with {@link #INNER_DESTINATION} it says which shard probes. */
    public static final int INNER_SOURCE = ProbePacket.SOURCE;

    /** Inner destination address of probes. */
    public static final int INNER_DESTINATION = ProbePacket.DESTINATION;

    /** Endpoint id of probes; no endpoint has it. */
    public static final long ENDPOINT_ID = 0;

    /** Probes sent in one tick at most. */
    public static final int PACKETS_PER_TICK_MAX = 512;

    private static final long ATTACHMENT_ID = 0;
    private static final int STAGGER = 16;

    private final PacketSlab slab;
    private final TargetDirectory targets;
    private final TargetSockets sockets;
    private final PathCounters counters;
    private final ProbeNonces nonces;
    private final List<Zone> zones;
    private final ProbePacket packet = new ProbePacket();
    /** By target index × zones + zone index: a number that an answer brings back. */
    private @Nullable ProbePath[] paths = new @Nullable ProbePath[0];

    /** Targets that other shards have found silent since the last tick. */
    private final Deque<TargetRef> reported = new ArrayDeque<>();

    private int cursor;
    /** Two a turn: even for the probe that must come back, odd for the one that must not. */
    private long nextSequence;

    /**
     * @param slab the shard's packet memory
     * @param targets the shard's targets; its clock is this one's
     * @param sockets where probes leave from
     * @param counters the shard's counters
     * @param nonces where cookies come from
     * @param zones zones served here, by index
     */
    public DataPathProbes(
            PacketSlab slab,
            TargetDirectory targets,
            TargetSockets sockets,
            PathCounters counters,
            ProbeNonces nonces,
            List<Zone> zones) {
        this.slab = slab;
        this.targets = targets;
        this.sockets = sockets;
        this.counters = counters;
        this.nonces = nonces;
        this.zones = List.copyOf(zones);
    }

    /** Takes over what is to be probed; verdicts of what stays are kept. */
    @Override
    public void update(GatewayModel model) {
        @Nullable ProbePath[] fresh = new @Nullable ProbePath[targets.size() * zones.size()];
        Map<TargetGroupId, TargetGroup> watched = new HashMap<>();
        for (TargetGroup group : model.targetGroups()) {
            if (group.probe().enabled() || group.passiveDetection().enabled()) {
                watched.put(group.id(), group);
            }
        }
        for (LoadBalancer balancer : model.loadBalancers()) {
            TargetGroup group = watched.get(balancer.listener().targetGroup());
            if (group != null) {
                for (Target target : group.targets()) {
                    place(fresh, balancer, group, target);
                }
            }
        }
        paths = fresh;
        cursor = 0;
    }

    private void place(@Nullable ProbePath[] fresh, LoadBalancer balancer, TargetGroup group, Target target) {
        TargetRef ref = new TargetRef(group.id(), target.id(), target.registration());
        int index = targets.indexOf(ref);
        if (index == TargetDirectory.NONE || !balancer.zones().contains(target.zone())) {
            return;
        }
        for (int zoneIndex = 0; zoneIndex < zones.size(); zoneIndex++) {
            Zone zone = zones.get(zoneIndex);
            if (balancer.zones().contains(zone) && (balancer.crossZone() || zone.equals(target.zone()))) {
                int number = index * zones.size() + zoneIndex;
                ProbePath path = number < paths.length ? paths[number] : null;
                if (path == null || !path.target().equals(ref)) {
                    path = new ProbePath(ref, zone, index, zoneIndex, firstDueMs(number, group.probe()));
                }
                path.configure(group.probe(), group.passiveDetection().enabled());
                fresh[number] = path;
            }
        }
    }

    /** Spread over one interval: 7 and 16 have no common divisor, so neighbours are far apart. */
    private long firstDueMs(int number, DataPathProbe probe) {
        return targets.awakeMs() + probe.intervalMs() * (number * 7L % STAGGER) / STAGGER;
    }

    /** Judges, listens for silence, and sends what is due. */
    @Override
    public void tick(long nowMs, VerdictListener listener) {
        targets.clock(nowMs);
        long awakeMs = targets.awakeMs();
        for (int index = 0; index < targets.size(); index++) {
            if (targets.fallenSilent(index)) {
                silent(index, awakeMs, listener);
            }
        }
        for (TargetRef ref = reported.poll(); ref != null; ref = reported.poll()) {
            int index = targets.indexOf(ref);
            if (index != TargetDirectory.NONE) {
                silent(index, awakeMs, listener);
            }
        }
        int sent = 0;
        int resumeAt = cursor;
        boolean full = false;
        for (int i = 0; i < paths.length; i++) {
            int number = cursor + i < paths.length ? cursor + i : cursor + i - paths.length;
            ProbePath path = paths[number];
            if (path == null) {
                continue;
            }
            State before = path.state();
            path.judge(awakeMs);
            tell(path, before, listener);
            if (!full && path.due(awakeMs)) {
                full = sent + 2 > PACKETS_PER_TICK_MAX;
                if (full) {
                    resumeAt = number;
                } else {
                    sent += turn(path, number, awakeMs);
                }
            }
        }
        cursor = resumeAt;
    }

    /** Another shard has found a target silent; on this shard's loop, heeded with the next tick. */
    public void reportedSilent(TargetRef target) {
        reported.add(target);
    }

    private void silent(int targetIndex, long awakeMs, VerdictListener listener) {
        for (int zoneIndex = 0; zoneIndex < zones.size(); zoneIndex++) {
            int number = targetIndex * zones.size() + zoneIndex;
            ProbePath path = number < paths.length ? paths[number] : null;
            if (path != null) {
                State before = path.state();
                path.silent(awakeMs);
                tell(path, before, listener);
            }
        }
    }

    private static void tell(ProbePath path, @Nullable State before, VerdictListener listener) {
        State now = path.state();
        if (now != null && now != before) {
            listener.changed(path.verdict(now), before);
        }
    }

    /** Sends one turn; how many packets that were. */
    private int turn(ProbePath path, int number, long awakeMs) {
        boolean negative = path.negative();
        if (slab.freeCount() < (negative ? 2 : 1)) {
            return 0; // tried again with the next tick
        }
        long sequence = nextSequence;
        nextSequence += 2;
        int nonce = nonces.nonce(path.targetIndex(), sequence);
        path.sent(awakeMs, sequence, nonce);
        send(path, number, sequence, nonce, false);
        if (!negative) {
            return 1;
        }
        long negativeSequence = sequence + 1;
        int negativeNonce = nonces.nonce(path.targetIndex(), negativeSequence);
        path.sentNegative(negativeSequence, negativeNonce);
        send(path, number, negativeSequence, negativeNonce, true);
        return 2;
    }

    private void send(ProbePath path, int number, long sequence, int nonce, boolean negative) {
        int slot = slab.acquire();
        int start = slab.dataStart(slot);
        int lengthBytes = GwlbOptions.ENCAPSULATION_BYTES + ProbePacket.BYTES;
        GwlbOptions.write(slab.memory(), start, GeneveFlyweight.PROTOCOL_IPV4, ENDPOINT_ID, ATTACHMENT_ID, nonce);
        packet.write(slab.memory(), start + GwlbOptions.ENCAPSULATION_BYTES, number, sequence, negative);
        counters.packet(PacketPlace.GENERATED, lengthBytes);
        int portSlot = (int) ((sequence >>> 1) % sockets.portSlots());
        sockets.of(path.zoneIndex(), portSlot)
                .send(slot, start, lengthBytes, targets.address(path.targetIndex()), targets.port(path.targetIndex()));
    }

    @Override
    public @Nullable DropReason answer(
            int innerOffset, int innerLengthBytes, int protocolType, int nonce, int sourceAddress, int localAddress) {
        if (innerLengthBytes != ProbePacket.BYTES || protocolType != GeneveFlyweight.PROTOCOL_IPV4) {
            return DropReason.PROBE_CHANGED;
        }
        int number = ProbePacket.path(slab.memory(), innerOffset);
        long sequence = ProbePacket.sequence(slab.memory(), innerOffset);
        boolean negative = ProbePacket.negative(slab.memory(), innerOffset);
        ProbePath path = number >= 0 && number < paths.length ? paths[number] : null;
        if (path == null
                || targets.address(path.targetIndex()) != sourceAddress
                || sockets.of(path.zoneIndex(), 0).localAddress() != localAddress
                || !path.awaits(sequence, nonce, negative)) {
            return DropReason.PROBE_UNKNOWN;
        }
        if (!packet.matches(slab.memory(), innerOffset, number, sequence, negative)) {
            return DropReason.PROBE_CHANGED;
        }
        path.cameBack(sequence, negative);
        counters.packet(PacketPlace.PROBE_ANSWERS, GwlbOptions.ENCAPSULATION_BYTES + innerLengthBytes);
        return null;
    }

    /** What is said of every path that is probed or was found silent, where there is anything to say yet. */
    @Override
    public List<DataPathVerdict> verdicts() {
        List<DataPathVerdict> verdicts = new ArrayList<>();
        for (ProbePath path : paths) {
            State state = path == null ? null : path.state();
            if (path != null && state != null) {
                verdicts.add(path.verdict(state));
            }
        }
        return verdicts;
    }
}
