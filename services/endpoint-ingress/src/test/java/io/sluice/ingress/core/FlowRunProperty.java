// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import static io.sluice.ingress.core.ShardRig.SECOND_VNI;
import static io.sluice.ingress.core.ShardRig.VNI;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.flow.core.FlowTable;
import io.sluice.model.config.PacketPolicy;
import io.sluice.model.flow.Stickiness;
import io.sluice.packet.DecodeStatus;
import io.sluice.packet.InnerPacket;
import io.sluice.testkit.PacketBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A locator that remembers the flow of the packet before answers what one says that has seen no packet yet. */
class FlowRunProperty {

    private static final int STEPS = 30_000;
    private static final int FLOWS_MAX = 40;

    private final ShardRig rig = new ShardRig(new RigModel());
    private final FlowTable table = new FlowTable(FLOWS_MAX, 1, 8);
    private final FragmentMap fragments = new FragmentMap(64, rig.state.hasher);
    private final FlowLocator locator = fresh();
    private final InnerPacket inner = new InnerPacket();
    private int repeated;

    private FlowLocator fresh() {
        return new FlowLocator(rig.slab.memory(), table, rig.state.hasher, fragments);
    }

    /** One endpoint with each kind of stickiness, with all of them, with none of the usual affinities, and another one. */
    private static List<EndpointEntry> endpoints() {
        List<EndpointEntry> entries = new ArrayList<>();
        for (Stickiness kind : Stickiness.values()) {
            ShardRig one = new ShardRig(new RigModel().stickiness(kind));
            entries.add(one.state.endpoints().byVni(VNI));
        }
        ShardRig strict = new ShardRig(new RigModel().packets(new PacketPolicy(false, false, false, 0, false, 8_500)));
        entries.add(strict.state.endpoints().byVni(VNI));
        ShardRig changing = new ShardRig(new RigModel());
        for (Stickiness kind : Stickiness.values()) {
            changing.configure(new RigModel().stickiness(kind));
        }
        entries.add(changing.state.endpoints().byVni(VNI));
        entries.add(changing.state.endpoints().byVni(SECOND_VNI));
        return entries;
    }

    private static List<byte[]> packets() {
        List<byte[]> packets = new ArrayList<>();
        for (String client : new String[] {"10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8:0:1::1"}) {
            String server = client.contains(":") ? "2001:db8::9" : "10.9.0.1";
            for (int port : new int[] {1_000, 1_001}) {
                packets.add(from(client, server).udp(port, 53).build());
                packets.add(from(server, client).udp(53, port).build());
                packets.add(from(client, server).tcp(port, 53).build());
            }
        }
        byte[] quoted = packets.getFirst();
        packets.add(from("10.0.0.1", "10.9.0.1").icmp(8, 0).echo(1, 1).build());
        packets.add(from("198.51.100.1", "10.0.0.1").icmp(3, 4).payload(quoted).build());
        packets.add(from("10.0.0.1", "10.9.0.1")
                .identification(7)
                .fragment(0, true)
                .udp(1_000, 53)
                .payloadBytes(64)
                .build());
        packets.add(from("10.0.0.1", "10.9.0.1")
                .identification(7)
                .fragment(72, false)
                .protocol(17)
                .payloadBytes(64)
                .build());
        return packets;
    }

    private static PacketBuilder from(String source, String destination) {
        return (source.contains(":") ? PacketBuilder.ipv6() : PacketBuilder.ipv4())
                .from(source)
                .to(destination);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_261_128})
    void answersAsOneThatRemembersNothing(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<EndpointEntry> endpoints = endpoints();
        List<byte[]> packets = packets();
        EndpointEntry endpoint = endpoints.getFirst();
        byte[] packet = packets.getFirst();
        int cookie = 0;
        for (int step = 0; step < STEPS; step++) {
            boolean goesOn = random.nextInt(4) != 0;
            if (!goesOn) {
                endpoint = random.nextInt(3) == 0 ? endpoints.get(random.nextInt(endpoints.size())) : endpoint;
                packet = packets.get(random.nextInt(packets.size()));
            }
            if (random.nextInt(8) == 0) {
                // in the middle of a run another flow is opened, which may push the run's aside
                parse(packets.get(random.nextInt(packets.size())));
                open(endpoints.get(random.nextInt(endpoints.size())), random.nextInt(50));
            }
            parse(packet);
            FlowLocator other = fresh();
            int way = random.nextInt(10);
            int found = look(locator, way, endpoint, cookie);
            assertThat(found).as("seed %d step %d", seed, step).isEqualTo(look(other, way, endpoint, cookie));
            assertThat(state(locator)).as("seed %d step %d", seed, step).isEqualTo(state(other));
            if (way < 2 && found == FlowTable.NONE) {
                assertThat(locator.refusal).as("seed %d step %d", seed, step).isEqualTo(other.refusal);
            }
            repeated += goesOn && found != FlowTable.NONE ? 1 : 0;
            if (found == FlowTable.NONE) {
                cookie = random.nextInt(50);
                open(endpoint, cookie);
            } else if (random.nextInt(20) == 0) {
                table.remove(found);
            } else {
                cookie = table.cookie(found);
            }
        }
        assertThat(repeated).as("packets like the one before that have a flow").isGreaterThan(STEPS / 4);
    }

    /** Opens a flow of the packet's own tuple where there is none and room. */
    private void open(EndpointEntry endpoint, int cookie) {
        FlowLocator by = fresh();
        if (by.locateOwn(endpoint, inner, rig.nowMs) == FlowTable.NONE) {
            table.insert(by.key, 0, by.hash, 0, cookie, 0, 0, by.fromLower, false, 60_000, 0, rig.nowMs);
        }
    }

    private int look(FlowLocator by, int way, EndpointEntry endpoint, int cookie) {
        return switch (way) {
            case 0, 1 -> by.locateReturned(endpoint, inner, cookie, rig.nowMs);
            case 2 -> by.locateOwn(endpoint, inner, rig.nowMs);
            case 3 -> by.findReturned(endpoint, inner, endpoint.stickiness, rig.nowMs);
            case 4 -> {
                // of what is found by its cookie alone the key is nobody's who opens a flow
                by.locateByCookie(endpoint, inner, cookie, rig.nowMs);
                yield by.locateOwn(endpoint, inner, rig.nowMs);
            }
            default -> by.locate(endpoint, inner, rig.nowMs);
        };
    }

    private void parse(byte[] packet) {
        int offset = rig.slab.dataStart(0);
        rig.slab.memory().put(offset, packet);
        int type = packet[0] >>> 4 == 6 ? 0x86DD : 0x0800;
        assertThat(inner.parse(rig.slab.memory(), offset, packet.length, type)).isEqualTo(DecodeStatus.OK);
    }

    private static List<Object> state(FlowLocator of) {
        return List.of(Arrays.toString(of.key), of.hash, of.fromLower, of.icmpError);
    }
}
