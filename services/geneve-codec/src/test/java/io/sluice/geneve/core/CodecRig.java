// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.datagram.DatagramPort;
import io.sluice.datagram.PacketSlab;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.IpAddressType;
import io.sluice.model.config.Listener;
import io.sluice.model.config.LoadBalancer;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.health.DataPathVerdict.State;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.LoadBalancerId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.metric.DropReason;
import io.sluice.model.metric.PacketPlace;
import io.sluice.packet.count.PathCounters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A codec shard without sockets: two zones, two source ports each, a virtual clock, and targets that a test plays.
 *
 * <p>Target N is 10.1.0.N; even ones are in az2.
 */
final class CodecRig {

    static final Zone AZ1 = new Zone("az1");
    static final Zone AZ2 = new Zone("az2");
    static final int NODE_AZ1 = 0x0A01_00C8;
    static final int NODE_AZ2 = 0x0A02_00C8;
    static final TargetGroupId GROUP = new TargetGroupId("firewalls");
    static final long TICK_MS = 10;
    static final int SLOTS = 64;

    /** A probe or packet as it left. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Left(Zone zone, int address, int port, byte[] payload) {
        boolean negative() {
            return (payload[62] & 0xFF) << 8 == (61_082 & 0xFF00) && (payload[63] & 0xFF) == (61_082 & 0xFF);
        }
    }

    /** What passed the decoder. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Passed(long endpointId, int cookie, int protocolType, byte[] inner, int source) {}

    final PacketSlab slab = new PacketSlab(SLOTS, 2_048, 64);
    final PathCounters counters = new PathCounters();
    final TargetDirectory targets = new TargetDirectory(index -> false);
    final TargetSockets sockets = new TargetSockets(2, 2);
    final RecordingPort[][] sources = new RecordingPort[2][2];
    final RecordingPort[] geneve = {
        new RecordingPort(slab, NODE_AZ1, 6081), new RecordingPort(slab, NODE_AZ2, 6081),
    };
    final DataPathProbes probes;
    final ReturnDecoder decoder;
    final List<Passed> passed = new ArrayList<>();
    final List<String> transitions = new ArrayList<>();
    long nowMs = 5_000;
    private long injected;

    CodecRig() {
        for (int zone = 0; zone < 2; zone++) {
            for (int slot = 0; slot < 2; slot++) {
                sources[zone][slot] = new RecordingPort(slab, zone == 0 ? NODE_AZ1 : NODE_AZ2, 49_152 + slot);
                sockets.put(zone, slot, sources[zone][slot]);
            }
        }
        // a cookie that is easy to foretell: what guards it is not tested here
        probes = new DataPathProbes(
                slab,
                targets,
                sockets,
                counters,
                (target, sequence) -> 0x5000_0000 | (int) sequence,
                List.of(AZ1, AZ2));
        decoder = new ReturnDecoder(slab, targets, counters, probes, new ReturnReceiver() {
            @Override
            public void onReturn(
                    int slot,
                    int innerOffset,
                    int innerLengthBytes,
                    int protocolType,
                    long endpointId,
                    int flowCookie,
                    int outerSourceAddress) {
                byte[] inner = new byte[innerLengthBytes];
                slab.memory().get(innerOffset, inner);
                passed.add(new Passed(endpointId, flowCookie, protocolType, inner, outerSourceAddress));
                slab.release(slot);
            }

            @Override
            public void onReturnBatchEnd() {
                // nothing gathers
            }
        });
    }

    static Target target(int number) {
        return new Target(
                new TargetId("fw-" + number),
                Ipv4Address.parse("10.1.0." + number),
                6081,
                number % 2 == 0 ? AZ2 : AZ1,
                1,
                1);
    }

    static TargetRef ref(int number) {
        return new TargetRef(GROUP, new TargetId("fw-" + number), 1);
    }

    static int address(int number) {
        return 0x0A01_0000 + number;
    }

    static TargetGroup group(DataPathProbe probe, PassiveDetection passive, Target... targets) {
        return new TargetGroup(
                GROUP,
                HealthCheckSpec.DEFAULT,
                Stickiness.FIVE_TUPLE,
                FailurePolicy.DEFAULT,
                probe,
                passive,
                0,
                true,
                Arrays.asList(targets));
    }

    void configure(TargetGroup group, boolean crossZone) {
        configure(group, crossZone, AZ1, AZ2);
    }

    void configure(TargetGroup group, boolean crossZone, Zone... enabled) {
        configure(new GatewayModel(
                List.of(AZ1, AZ2),
                List.of(group),
                List.of(new LoadBalancer(
                        new LoadBalancerId("inspection"),
                        List.of(enabled),
                        new Listener(GROUP, 350_000),
                        crossZone,
                        IpAddressType.DUALSTACK,
                        false,
                        PacketPolicy.DEFAULT)),
                List.of()));
    }

    void configure(GatewayModel model) {
        targets.update(model);
        probes.update(model);
    }

    /** Moves the clock by one tick; what left with it. */
    List<Left> tick() {
        nowMs += TICK_MS;
        probes.tick(
                nowMs,
                (verdict, before) -> transitions.add(verdict.target().id() + "@" + verdict.seenFrom() + " "
                        + (before == null ? "?" : before) + ">" + verdict.state()));
        return left();
    }

    List<Left> left() {
        List<Left> left = new ArrayList<>();
        for (int zone = 0; zone < 2; zone++) {
            Zone from = zone == 0 ? AZ1 : AZ2;
            for (RecordingPort port : sources[zone]) {
                port.take().forEach(sent -> left.add(new Left(from, sent.address(), sent.port(), sent.payload())));
            }
        }
        return left;
    }

    /** A datagram comes from an address to a zone's GENEVE port; the reason it was dropped for, if it was. */
    Stream<DropReason> inject(byte[] datagram, int source, Zone zone) {
        long[] before =
                Arrays.stream(DropReason.values()).mapToLong(counters::drops).toArray();
        int slot = slab.acquire();
        int start = slab.dataStart(slot);
        slab.memory().put(start, datagram);
        injected++;
        DatagramPort port = geneve[zone.equals(AZ1) ? 0 : 1];
        decoder.onDatagram(port, slot, start, datagram.length, source, 49_152);
        decoder.onBatchEnd();
        return Arrays.stream(DropReason.values())
                .filter(reason -> counters.drops(reason)
                        > before[Arrays.asList(DropReason.values()).indexOf(reason)]);
    }

    State state(int number, Zone zone) {
        return probes.verdicts().stream()
                .filter(verdict -> verdict.target().equals(ref(number))
                        && verdict.seenFrom().equals(zone))
                .map(DataPathVerdict::state)
                .findFirst()
                .orElse(null);
    }

    long dropped() {
        return Arrays.stream(DropReason.values()).mapToLong(counters::drops).sum();
    }

    /** In + generated = out + dropped + held, and every slot is back. */
    void checkNothingIsLost() {
        long out = Stream.of(sources)
                .flatMap(Stream::of)
                .mapToLong(RecordingPort::sent)
                .sum();
        assertThat(counters.packets(PacketPlace.TARGET_IN))
                .as("in, answers to probes aside")
                .isEqualTo(injected - counters.packets(PacketPlace.PROBE_ANSWERS));
        assertThat(out + dropped() + passed.size())
                .as("out + dropped + passed on")
                .isEqualTo(counters.packets(PacketPlace.TARGET_IN) + counters.packets(PacketPlace.GENERATED));
        assertThat(slab.freeCount()).isEqualTo(SLOTS);
    }
}
