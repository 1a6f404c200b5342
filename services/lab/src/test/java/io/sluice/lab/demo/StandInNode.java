// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A minimal gateway for the demo's own topology, so that the demo can be rehearsed without the product.
 *
 * <p>On request it has one fault: packets of UDP over IPv6 go to one appliance of the zone in one direction and to the
 * other appliance in the other.
 */
final class StandInNode {
    private static final int HEADER_BYTES = 40;
    private static final int CONTROL_BIT = 0x80;
    private static final int SOURCE_PORT = 50_000;

    private final Map<String, Flow> flowsByKey = new ConcurrentHashMap<>();
    private final Map<Integer, Flow> flowsByCookie = new ConcurrentHashMap<>();
    private final Map<String, Integer> health = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> counters = new ConcurrentHashMap<>();
    private final AtomicLong lastCookie = new AtomicLong(0x1000);
    private final DatagramChannel ingress;
    private final boolean asymmetric;

    private static final class Flow {
        private final Zone zone;
        private final Zone.Appliance appliance;
        private final int cookie;
        private final int protocol;
        private final byte[] packet;
        private final int headerBytes;

        Flow(Zone zone, Zone.Appliance appliance, int cookie, int protocol, byte[] packet, int headerBytes) {
            this.zone = zone;
            this.appliance = appliance;
            this.cookie = cookie;
            this.protocol = protocol;
            this.packet = packet;
            this.headerBytes = headerBytes;
        }
    }

    StandInNode(boolean asymmetric) throws IOException {
        this.asymmetric = asymmetric;
        ingress = open(DemoTopology.GATEWAY_UNDERLAY, Programs.INGRESS_PORT);
    }

    public static void main(String[] arguments) throws Exception {
        new StandInNode(false).run();
    }

    void run() throws Exception {
        for (String name : List.of("endpoint-in", "target-out", "target-in", "endpoint-out", "dropped")) {
            counters.put(name, new AtomicLong());
        }
        for (Zone zone : Zone.ALL) {
            DatagramChannel returns = open(zone.node(), Programs.APPLIANCE_PORT);
            thread("returns-" + zone.name(), () -> returns(zone, returns));
            for (Zone.Appliance appliance : zone.appliances()) {
                health.put(appliance.address(), 0);
                thread("health-" + appliance.name(), () -> probe(appliance));
            }
        }
        DatagramChannel[] out = new DatagramChannel[Zone.ALL.size()];
        for (Zone zone : Zone.ALL) {
            out[zone.number() - 1] = open(zone.node(), SOURCE_PORT);
        }
        serveAdmin();
        forward(out);
    }

    private void forward(DatagramChannel[] out) throws IOException {
        ByteBuffer in = ByteBuffer.allocateDirect(65536);
        ByteBuffer packet = ByteBuffer.allocateDirect(65536);
        while (true) {
            in.clear();
            SocketAddress attachment = ingress.receive(in);
            count("endpoint-in");
            if ((in.get(1) & CONTROL_BIT) != 0) {
                ingress.send(in.flip(), attachment);
                count("endpoint-out");
                continue;
            }
            int vni = in.getInt(4) >>> 8;
            Zone zone =
                    Zone.ALL.stream().filter(z -> z.vni() == vni).findFirst().orElseThrow();
            int at = 8 + (in.get(0) & 0x3f) * 4;
            byte[] inner = new byte[in.position() - at];
            in.get(at, inner);
            boolean ipv6 = inner[0] >>> 4 == 6;
            int protocol = inner[ipv6 ? 6 : 9];
            if (ipv6 && inner[24] == (byte) 0xff) {
                count("dropped");
                continue;
            }
            Flow flow = flow(zone, inner, ipv6, protocol);
            Zone.Appliance target = flow.appliance;
            boolean reversed = !Arrays.equals(addresses(inner, ipv6), addresses(flow.packet, ipv6));
            if (asymmetric && ipv6 && protocol == 17 && reversed) {
                List<Zone.Appliance> both = zone.appliances();
                target = both.get(target.equals(both.get(0)) ? 1 : 0);
            }
            packet.clear().putInt((8 << 24) | (ipv6 ? 0x86dd : 0x0800)).putInt(0);
            packet.putInt(0x01080102).putLong(zone.endpoint().number());
            packet.putInt(0x01080202).putLong(0);
            packet.putInt(0x01080301).putInt(flow.cookie);
            packet.put(inner).flip();
            out[zone.number() - 1].send(packet, new InetSocketAddress(target.address(), Programs.APPLIANCE_PORT));
            count("target-out");
        }
    }

    private Flow flow(Zone zone, byte[] inner, boolean ipv6, int protocol) {
        byte[] addresses = addresses(inner, ipv6);
        int header = ipv6 ? 40 : 20;
        boolean ports = protocol == 6 || protocol == 17;
        int source = ports ? port(inner, header) : 0;
        int destination = ports ? port(inner, header + 2) : 0;
        String a = Arrays.toString(Arrays.copyOf(addresses, addresses.length / 2)) + source;
        String b = Arrays.toString(Arrays.copyOfRange(addresses, addresses.length / 2, addresses.length)) + destination;
        String key = zone.vni() + " " + protocol + (a.compareTo(b) < 0 ? a + b : b + a);
        return flowsByKey.computeIfAbsent(key, k -> {
            List<Zone.Appliance> healthy = zone.appliances().stream()
                    .filter(appliance -> healthy(appliance.address()))
                    .toList();
            List<Zone.Appliance> eligible = healthy.isEmpty() ? zone.appliances() : healthy;
            int mixed = k.hashCode() * 0x9e3779b1;
            Zone.Appliance appliance = eligible.get((mixed >>> 16) % eligible.size());
            int cookie = (int) lastCookie.incrementAndGet();
            Flow flow = new Flow(zone, appliance, cookie, protocol, inner, header);
            flowsByCookie.put(cookie, flow);
            return flow;
        });
    }

    private void returns(Zone zone, DatagramChannel channel) throws IOException {
        ByteBuffer packet = ByteBuffer.allocateDirect(65536);
        InetSocketAddress endpoint = new InetSocketAddress(zone.endpointUnderlay(), Programs.INGRESS_PORT);
        while (true) {
            packet.clear();
            channel.receive(packet);
            count("target-in");
            Flow flow = flowsByCookie.get(packet.getInt(36));
            if (flow == null) {
                count("dropped");
                continue;
            }
            packet.flip().position(HEADER_BYTES - 8);
            packet.putInt(HEADER_BYTES - 8, packet.getInt(0) & 0xffff).putInt(HEADER_BYTES - 4, zone.vni() << 8);
            ingress.send(packet, endpoint);
            count("endpoint-out");
        }
    }

    /** Probes an appliance each second; two results in a row decide. */
    private void probe(Zone.Appliance appliance) throws InterruptedException {
        while (true) {
            boolean answered;
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(appliance.address(), Programs.HEALTH_PORT), 900);
                answered = true;
            } catch (IOException e) {
                answered = false;
            }
            int before = health.getOrDefault(appliance.address(), 0);
            health.put(
                    appliance.address(),
                    answered ? Math.min(2, Math.max(before, 0) + 1) : Math.max(-2, Math.min(before, 0) - 1));
            Thread.sleep(1000);
        }
    }

    private boolean healthy(String address) {
        return health.getOrDefault(address, 0) == 2;
    }

    private void serveAdmin() throws IOException {
        ObjectMapper json = new ObjectMapper();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(DemoTopology.GATEWAY_MANAGEMENT, Programs.ADMIN_PORT), 16);
        server.createContext("/", exchange -> {
            ObjectNode body = json.createObjectNode();
            switch (exchange.getRequestURI().getPath()) {
                case "/v1/flows" -> flows(body);
                case "/v1/targets" -> targets(body);
                case "/v1/drops" -> {
                    ObjectNode packets = body.putObject("packets");
                    counters.forEach((name, count) -> packets.put(name, count.get()));
                    packets.put("generated", 0).put("held", 0);
                    body.putObject("drops")
                            .put("multicast", counters.get("dropped").get());
                }
                default -> body.put("ready", true);
            }
            byte[] bytes = json.writeValueAsBytes(body);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    private void flows(ObjectNode body) throws IOException {
        ArrayNode flows = body.putArray("flows");
        for (Flow flow : flowsByCookie.values()) {
            byte[] addresses = addresses(flow.packet, flow.headerBytes == 40);
            int half = addresses.length / 2;
            boolean ports = flow.protocol == 6 || flow.protocol == 17;
            flows.addObject()
                    .put("endpoint", flow.zone.endpoint().id())
                    .put("protocol", flow.protocol)
                    .put(
                            "source",
                            InetAddress.getByAddress(Arrays.copyOf(addresses, half))
                                    .getHostAddress())
                    .put("sourcePort", ports ? port(flow.packet, flow.headerBytes) : 0)
                    .put(
                            "destination",
                            InetAddress.getByAddress(Arrays.copyOfRange(addresses, half, 2 * half))
                                    .getHostAddress())
                    .put("destinationPort", ports ? port(flow.packet, flow.headerBytes + 2) : 0)
                    .put("target", flow.appliance.address())
                    .put("cookie", String.format("0x%08x", flow.cookie));
        }
        body.put("total", flows.size());
    }

    private void targets(ObjectNode body) {
        ArrayNode targets = body.putArray("targets");
        for (Zone zone : Zone.ALL) {
            for (Zone.Appliance appliance : zone.appliances()) {
                int state = health.getOrDefault(appliance.address(), 0);
                targets.addObject()
                        .put("id", appliance.address())
                        .put("zone", zone.name())
                        .put("state", state == 2 ? "healthy" : state == -2 ? "unhealthy" : "initial");
            }
        }
    }

    private void count(String name) {
        counters.get(name).incrementAndGet();
    }

    private static byte[] addresses(byte[] packet, boolean ipv6) {
        return ipv6 ? Arrays.copyOfRange(packet, 8, 40) : Arrays.copyOfRange(packet, 12, 20);
    }

    private static int port(byte[] packet, int at) {
        return ((packet[at] & 0xff) << 8) | (packet[at + 1] & 0xff);
    }

    private static DatagramChannel open(String address, int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
        channel.bind(new InetSocketAddress(address, port));
        return channel;
    }

    private interface Loop {
        void run() throws Exception;
    }

    private static void thread(String name, Loop loop) {
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        try {
                            loop.run();
                        } catch (SocketException e) {
                            // an appliance that is gone answers with an ICMP error: go on
                            System.err.println(name + ": " + e.getMessage());
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}
