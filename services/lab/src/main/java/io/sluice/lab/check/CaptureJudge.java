// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.check;

import io.sluice.lab.capture.PcapReader;
import io.sluice.lab.capture.PcapRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the captures of all appliances, groups the packets into flows and notes every violation of a {@link Rule}.
 *
 * <p>A flow is (endpoint, inner tuple without direction), the tuple being 5-tuple for TCP and UDP and 3-tuple otherwise
 * (F-1, F-2, F-5). Its initiator is who sent the earliest packet in any capture.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
public final class CaptureJudge {
    private static final int SOURCE_PORT_MIN = 49152;

    private final Map<Long, KnownEndpoint> endpoints = new HashMap<>();
    private final Map<FlowKey, FlowState> flows = new HashMap<>();
    private final Violations violations = new Violations();

    public CaptureJudge(Collection<KnownEndpoint> endpoints) {
        for (KnownEndpoint endpoint : endpoints) {
            this.endpoints.put(endpoint.number(), endpoint);
        }
    }

    /** Reads a whole capture file of one appliance. */
    public void read(TappedAppliance appliance, Path file) throws IOException {
        read(appliance, file, Long.MIN_VALUE);
    }

    /**
     * Reads what a capture file has from a moment on. Rules about what came before a packet then have no meaning.
     *
     * @param sinceNs nanoseconds since the epoch
     */
    public void read(TappedAppliance appliance, Path file, long sinceNs) throws IOException {
        try (PcapReader reader = new PcapReader(file)) {
            PcapRecord packet = reader.next();
            while (packet != null) {
                if (packet.timeNs() >= sinceNs) {
                    accept(appliance, packet.timeNs(), packet.frame());
                }
                packet = reader.next();
            }
        }
    }

    /** Takes one frame from an appliance's cable; frames of one appliance must come in order of time. */
    public void accept(TappedAppliance appliance, long timeNs, ByteBuffer frame) {
        CapturedPacket packet;
        try {
            packet = CapturedPacket.parse(frame);
        } catch (CapturedPacket.NotGeneve e) {
            if (e.malformed()) {
                violations.add(Rule.MALFORMED, appliance.name() + ": " + e.getMessage());
            }
            return;
        }
        if (packet.outerDestination().equals(appliance.address())) {
            sent(appliance, timeNs, packet);
        } else if (packet.outerSource().equals(appliance.address())) {
            returned(appliance, packet);
        } else {
            violations.add(
                    Rule.OUTER_ADDRESSING,
                    appliance.name() + ": stray datagram " + packet.outerSource() + " -> " + packet.outerDestination());
        }
    }

    /** The verdict on all packets taken so far. */
    public Verdict verdict() {
        Violations all = violations.copy();
        List<ObservedFlow> observed = new ArrayList<>();
        for (Map.Entry<FlowKey, FlowState> entry : flows.entrySet()) {
            ObservedFlow flow = entry.getValue()
                    .observed(entry.getKey(), endpoints.get(entry.getKey().endpoint()));
            observed.add(flow);
            if (flow.cookies().size() > 1) {
                all.add(Rule.ONE_COOKIE, flow.name() + " has cookies " + hex(flow.cookies()));
            }
            TreeSet<String> appliances = new TreeSet<>(flow.appliancesForward());
            appliances.addAll(flow.appliancesReverse());
            if (appliances.size() > 1) {
                all.add(
                        Rule.SYMMETRY,
                        flow.name() + " forward at " + flow.appliancesForward() + ", reverse at "
                                + flow.appliancesReverse());
            }
        }
        observed.sort(Comparator.comparingLong(ObservedFlow::firstNs));
        return new Verdict(observed, all.counts(), all.examples());
    }

    private void sent(TappedAppliance appliance, long timeNs, CapturedPacket packet) {
        if (!appliance.nodes().contains(packet.outerSource())
                || packet.udpDestinationPort() != CapturedPacket.GENEVE_PORT
                || packet.udpSourcePort() < SOURCE_PORT_MIN) {
            violations.add(
                    Rule.OUTER_ADDRESSING,
                    appliance.name() + ": " + packet.outerSource() + ":" + packet.udpSourcePort() + " -> port "
                            + packet.udpDestinationPort());
        }
        if (packet.version() != 0
                || packet.optionLengthWords() != 8
                || packet.controlPacket()
                || packet.criticalOptionsPresent()
                || packet.vni() != 0) {
            violations.add(Rule.GENEVE_HEADER, appliance.name() + ": " + packet.geneveHeader());
        }
        if (!packet.optionsComplete()) {
            violations.add(Rule.OPTIONS, appliance.name() + ": " + packet.inner() + ": " + packet.geneveHeader());
        }
        KnownEndpoint endpoint = endpoints.get(packet.endpoint());
        if (endpoint == null) {
            violations.add(Rule.ENDPOINT, appliance.name() + ": " + Long.toHexString(packet.endpoint()));
        } else if (!endpoint.zone().equals(appliance.zone())) {
            violations.add(
                    Rule.ZONE,
                    packet.inner() + " of " + endpoint.id() + " (" + endpoint.zone() + ") at " + appliance.name() + " ("
                            + appliance.zone() + ")");
        }
        FlowState flow = flows.computeIfAbsent(key(packet), ignored -> new FlowState());
        flow.sent(appliance.name(), timeNs, packet);
    }

    private void returned(TappedAppliance appliance, CapturedPacket packet) {
        FlowState flow = flows.get(key(packet));
        // W-28: a node that sent packets of this flow, which with cross-zone on may be another zone's
        Set<HostAddress> nodes = flow == null ? appliance.nodes() : flow.nodes;
        if (!nodes.contains(packet.outerDestination())) {
            violations.add(Rule.OUTER_ADDRESSING, appliance.name() + ": returned to " + packet.outerDestination());
        }
        if (flow == null || !flow.headers.contains(appliance.name() + packet.geneveHeader())) {
            violations.add(Rule.RETURN_HEADER, appliance.name() + ": " + packet.inner() + ": " + packet.geneveHeader());
        }
        if (packet.udpDestinationPort() != CapturedPacket.GENEVE_PORT
                || (flow != null && !flow.sourcePorts.contains(appliance.name() + packet.udpSourcePort()))) {
            violations.add(
                    Rule.RETURN_PORTS,
                    appliance.name() + ": " + packet.inner() + " returned from port " + packet.udpSourcePort() + " to "
                            + packet.udpDestinationPort());
        }
        if (flow != null) {
            flow.packetsReturned++;
        }
    }

    private static FlowKey key(CapturedPacket packet) {
        return new FlowKey(packet.endpoint(), packet.inner().normalised());
    }

    private static List<String> hex(Collection<Integer> cookies) {
        return cookies.stream().map(cookie -> String.format("0x%08x", cookie)).toList();
    }

    private record FlowKey(long endpoint, FlowName tuple) {}

    private static final class FlowState {
        private final TreeSet<String> sameAsKey = new TreeSet<>();
        private final TreeSet<String> oppositeToKey = new TreeSet<>();
        private final TreeSet<Integer> cookies = new TreeSet<>();
        private final Set<String> headers = new HashSet<>();
        private final Set<String> sourcePorts = new HashSet<>();
        private final Set<HostAddress> nodes = new HashSet<>();
        private long packetsSent;
        private long packetsReturned;
        private long firstNs = Long.MAX_VALUE;
        private boolean initiatorIsKeySource;

        void sent(String appliance, long timeNs, CapturedPacket packet) {
            boolean fromKeySource = packet.inner().equals(packet.inner().normalised());
            (fromKeySource ? sameAsKey : oppositeToKey).add(appliance);
            if (timeNs < firstNs) {
                firstNs = timeNs;
                initiatorIsKeySource = fromKeySource;
            }
            cookies.add(packet.cookie());
            headers.add(appliance + packet.geneveHeader());
            sourcePorts.add(appliance + packet.udpSourcePort());
            nodes.add(packet.outerSource());
            packetsSent++;
        }

        ObservedFlow observed(FlowKey key, @Nullable KnownEndpoint endpoint) {
            FlowName name = initiatorIsKeySource ? key.tuple() : key.tuple().reversed();
            return new ObservedFlow(
                    endpoint == null ? Long.toHexString(key.endpoint()) : endpoint.id(),
                    endpoint == null ? "" : endpoint.zone(),
                    name.protocol(),
                    name.source(),
                    name.sourcePort(),
                    name.destination(),
                    name.destinationPort(),
                    new TreeSet<>(initiatorIsKeySource ? sameAsKey : oppositeToKey),
                    new TreeSet<>(initiatorIsKeySource ? oppositeToKey : sameAsKey),
                    new TreeSet<>(cookies),
                    packetsSent,
                    packetsReturned,
                    firstNs);
        }
    }
}
