// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import io.sluice.datagram.DatagramReceiver;
import io.sluice.datagram.PacketSlab;
import io.sluice.geneve.core.DirectConduit;
import io.sluice.geneve.core.LifeSign;
import io.sluice.geneve.core.RecordingPort;
import io.sluice.geneve.core.ReturnReceiver;
import io.sluice.geneve.core.ShardLifeSigns;
import io.sluice.geneve.core.SharedByTarget;
import io.sluice.geneve.core.TargetDirectory;
import io.sluice.geneve.core.TargetSockets;
import io.sluice.model.config.DataPathProbe;
import io.sluice.model.config.FailurePolicy;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.HealthCheckSpec;
import io.sluice.model.config.PassiveDetection;
import io.sluice.model.config.Target;
import io.sluice.model.config.TargetGroup;
import io.sluice.model.flow.Stickiness;
import io.sluice.model.id.Ipv4Address;
import io.sluice.model.id.Ipv4SocketAddress;
import io.sluice.model.id.NodeId;
import io.sluice.model.id.TargetGroupId;
import io.sluice.model.id.TargetId;
import io.sluice.model.id.TargetRef;
import io.sluice.model.id.Zone;
import io.sluice.model.message.LinkHello;
import io.sluice.packet.count.PathCounters;
import io.sluice.packet.geneve.GeneveFlyweight;
import io.sluice.testkit.PacketBuilder;
import io.sluice.testkit.UntouchedBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Processes with one half of the packet path each, a cable between them, and clocks that have nothing in common. */
final class LinkRig {

    static final Zone ZONE = new Zone("az1");
    static final long ENDPOINT = 0xA1B2_C3D4_E5F6_0718L;
    static final int IPV4 = GeneveFlyweight.PROTOCOL_IPV4;
    static final TargetRef FIRST = target("firewalls", 1);
    static final TargetRef OTHER_GROUPS = target("others", 7);
    static final int ADDRESS = 0x0A01_000B;
    static final int SLOTS = 16;

    /** Passive detection of both groups. */
    static final long SILENCE_MS = 300;

    private static final int SLOT_BYTES = 2_048;
    private static final LinkKeys KEYS = new LinkKeys(new byte[32]);

    final List<Half> halves = new ArrayList<>();

    private static TargetRef target(String group, long registration) {
        return new TargetRef(new TargetGroupId(group), new TargetId("10.1.0.11"), registration);
    }

    /** One appliance in two groups. */
    static GatewayModel model() {
        return new GatewayModel(
                List.of(ZONE), List.of(group(FIRST), group(OTHER_GROUPS)), List.of(), List.of(), List.of());
    }

    private static TargetGroup group(TargetRef ref) {
        return new TargetGroup(
                ref.group(),
                HealthCheckSpec.DEFAULT,
                Stickiness.FIVE_TUPLE,
                FailurePolicy.DEFAULT,
                DataPathProbe.DEFAULT,
                new PassiveDetection(true, SILENCE_MS),
                0,
                true,
                List.of(new Target(ref.id(), new Ipv4Address(ADDRESS), 6081, ZONE, 1, ref.registration())));
    }

    static byte[] inner(boolean forth) {
        return forth
                ? PacketBuilder.ipv4()
                        .from("10.20.0.5")
                        .to("203.0.113.10")
                        .tcp(40_000, 443)
                        .build()
                : PacketBuilder.ipv4()
                        .from("203.0.113.10")
                        .to("10.20.0.5")
                        .tcp(443, 40_000)
                        .build();
    }

    /** What an ingress was handed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Returned(long endpointId, int cookie, int protocolType, byte[] inner, int source) {}

    /** What both kinds of process have. */
    abstract class Half {
        final PacketSlab slab = new PacketSlab(SLOTS, SLOT_BYTES, 64);
        final PathCounters counters = new PathCounters();
        final SharedByTarget<LifeSign> lifeSigns = new SharedByTarget<>(LifeSign::new);
        final TargetDirectory targets = new TargetDirectory(index -> false, new ShardLifeSigns(lifeSigns, 0));
        final LinkDirectory directory;
        final RecordingPort port;
        final LinkEnd end;

        /** Ahead of the rig's clock, by any amount. */
        long clockAheadMs;

        Half(String node, LinkHello.Side side, int number) {
            Ipv4SocketAddress address = Ipv4SocketAddress.parse("10.0.0." + number + ":6082");
            directory = new LinkDirectory(new NodeId(node), 1, ZONE, side, address, List.of(KEYS));
            port = new RecordingPort(slab, address.address().bits(), address.port());
            LinkSocket socket = new LinkSocket();
            socket.bound(port);
            clockAheadMs = number * 1_234_567L;
            end = new LinkEnd(slab, counters, directory, socket, this::clock);
            targets.update(model());
            halves.add(this);
        }

        long clock() {
            return nowMs + clockAheadMs;
        }

        abstract DatagramReceiver receiver();

        /** Puts an inner packet into a slot, behind as much as an endpoint's header takes; its offset. */
        int packet(int slot, byte[] inner) {
            int offset = slab.dataStart(slot) + GeneveFlyweight.HEADER_BYTES;
            slab.memory().put(offset, inner);
            return offset;
        }

        /** A datagram comes to the link's address. */
        void receive(byte[] datagram, int address, int fromPort) {
            int slot = slab.acquire();
            int offset = slab.dataStart(slot);
            UntouchedBytes before = new UntouchedBytes(
                    slab.memory(), slab.slotStart(slot), offset - receiver().headroomBytes());
            slab.memory().put(offset, datagram);
            receiver().onDatagram(port, slot, offset, datagram.length, address, fromPort);
            before.check("what lies before the headroom that was asked for");
            receiver().onBatchEnd();
        }
    }

    /** An ingress; its flows are what a test says. */
    final class Ingress extends Half implements ReturnReceiver {
        final LinkConduit conduit = new LinkConduit(end, targets);
        final LongAdder forwards = new LongAdder();
        final LinkReturns returns = new LinkReturns(end, forwards);
        final List<Returned> returned = new ArrayList<>();

        /** Whether it has the flow of what comes, and whether packets of its direction came in here. */
        boolean flowKnown = true;

        boolean directionKnown = true;

        Ingress(int number) {
            super("in-" + number, LinkHello.Side.INGRESS, number);
            returns.deliverTo(this);
        }

        @Override
        DatagramReceiver receiver() {
            return returns;
        }

        /** What it has of the flow of what comes. */
        void knows(boolean flow, boolean direction) {
            flowKnown = flow;
            directionKnown = direction;
        }

        void send(TargetRef target, int cookie, byte[] inner, boolean returnExpected) {
            int slot = slab.acquire();
            conduit.toTarget(
                    slot,
                    packet(slot, inner),
                    inner.length,
                    IPV4,
                    ENDPOINT,
                    cookie,
                    0,
                    targets.indexOf(target),
                    1,
                    returnExpected);
        }

        @Override
        public void onReturn(
                int slot,
                int innerOffset,
                int innerLengthBytes,
                int protocolType,
                long endpointId,
                int flowCookie,
                int outerSourceAddress) {
            if (!(flowKnown && directionKnown)
                    && returns.forward(
                            slot,
                            innerOffset,
                            innerLengthBytes,
                            protocolType,
                            endpointId,
                            flowCookie,
                            outerSourceAddress,
                            returns.trail(),
                            flowKnown)) {
                return;
            }
            byte[] inner = new byte[innerLengthBytes];
            slab.memory().get(innerOffset, inner);
            returned.add(new Returned(endpointId, flowCookie, protocolType, inner, outerSourceAddress));
            slab.release(slot);
        }

        @Override
        public void onReturnBatchEnd() {
            // nothing was kept
        }
    }

    /** A codec. */
    final class Codec extends Half {
        final RecordingPort[] sources = {
            new RecordingPort(slab, 0x0A01_00C8, 49_152), new RecordingPort(slab, 0x0A01_00C8, 49_153)
        };
        final CodecHints hints = new CodecHints(2, 77);
        final LinkedReturns back = new LinkedReturns(end, targets, hints, 0);

        /** A second shard, which no packet comes in at; it tells the first one what lives. */
        final TargetDirectory otherTargets = new TargetDirectory(index -> false, new ShardLifeSigns(lifeSigns, 1));

        final LinkedReturns otherBack = new LinkedReturns(end, otherTargets, hints, 1);
        final LinkedPackets packets;

        Codec(int number) {
            super("co-" + number, LinkHello.Side.CODEC, number);
            TargetSockets sockets = new TargetSockets(1, sources.length);
            sockets.put(0, 0, sources[0]);
            sockets.put(0, 1, sources[1]);
            otherTargets.update(model());
            packets = new LinkedPackets(
                    end, back, targets, new DirectConduit(slab.memory(), targets, sockets), sources.length);
        }

        @Override
        DatagramReceiver receiver() {
            return packets;
        }

        /** A target returned an inner packet, and the decoder has taken its header off. */
        void fromTarget(int cookie, byte[] inner, int source) {
            fromTarget(back, cookie, inner, source);
        }

        /** It returned it with other addresses, which are the second shard's. */
        void fromTargetChanged(int cookie, byte[] inner, int source) {
            fromTarget(otherBack, cookie, inner, source);
        }

        private void fromTarget(LinkedReturns to, int cookie, byte[] inner, int source) {
            int slot = slab.acquire();
            int offset = slab.dataStart(slot) + LinkFrame.HEADER_BYTES;
            slab.memory().put(offset, inner);
            to.onReturn(slot, offset, inner.length, IPV4, ENDPOINT, cookie, source);
        }
    }

    long nowMs = 100_000;

    /** Everybody hears everybody. */
    void hellos() {
        for (Half speaker : halves) {
            LinkHello hello = speaker.directory.hello(speaker.clock());
            for (Half listener : halves) {
                LinkDirectoryTest.hear(listener.directory, hello, listener.clock());
            }
        }
    }

    /** The cable carries what was sent, until nobody sends any more. */
    void carry() {
        boolean more = true;
        while (more) {
            more = false;
            for (Half from : halves) {
                for (RecordingPort.Sent sent : from.port.take()) {
                    more = true;
                    for (Half to : halves) {
                        if (to.port.localAddress() == sent.address()) {
                            to.receive(sent.payload(), from.port.localAddress(), from.port.localPort());
                        }
                    }
                }
            }
        }
    }
}
