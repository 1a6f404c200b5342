// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.traffic.Content;
import io.sluice.lab.traffic.Download;
import io.sluice.lab.traffic.FileServer;
import io.sluice.lab.traffic.IcmpEcho;
import io.sluice.lab.traffic.Outcome;
import io.sluice.lab.traffic.UdpEchoServer;
import io.sluice.lab.traffic.UdpExchange;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The application hosts and the Internet host: their servers, and the clients that make flows.
 *
 * <p>Every TCP and UDP flow has a source port of its own for the whole demo, so that its tuple names it in captures.
 *
 * <p><b>Threading</b>: confined to one thread; the clients run on threads of their hosts.
 */
final class Hosts implements AutoCloseable {
    static final int HTTP_PORT = 80;
    static final int ECHO_PORT = 7;

    private static final int CLIENTS_AT_ONCE = 6;
    private static final int READ_TIMEOUT_MS = 10_000;
    private static final int LONG_READ_TIMEOUT_MS = 60_000;
    private static final int BATCH_SECONDS = 60;
    private static final long DOWNLOAD_BYTES = 256 * 1024;
    private static final long BULK_BYTES = 8L << 20;
    private static final long LONG_BYTES = 12L << 20;
    private static final int FIRST_APPLICATION_PORT = 40_000;
    private static final int FIRST_INTERNET_PORT = 50_000;

    /** Sizes up to what fits the path: 1432 less the headers of IPv4 (or IPv6) and UDP. */
    private static final List<Integer> SIZES = List.of(1, 64, 512, 1200, DemoTopology.INNER_MTU_BYTES - 28);

    private static final List<Integer> SIZES6 = List.of(1, 64, 512, 1200, DemoTopology.INNER_MTU_BYTES - 48);

    private final DemoTopology topology;
    private final FileServer internetFiles;
    private final List<AutoCloseable> servers = new ArrayList<>();
    private final Map<String, ExecutorService> clients = new HashMap<>();
    private final Map<String, Integer> nextPort = new HashMap<>();
    private final List<PlannedFlow> planned = new ArrayList<>();
    private int echoIdentifier;

    /** A download that goes on until {@link #releaseLong}. */
    record LongDownload(PlannedFlow flow, Download download, Future<Outcome> outcome) {}

    Hosts(DemoTopology topology) {
        this.topology = topology;
        Namespace internet = topology.internet();
        internetFiles = FileServer.start(internet, HTTP_PORT);
        servers.add(internetFiles);
        servers.add(UdpEchoServer.start(internet, ECHO_PORT));
        for (Zone zone : Zone.ALL) {
            Namespace app = topology.namespace(zone.appNamespace());
            servers.add(FileServer.start(app, HTTP_PORT));
            servers.add(UdpEchoServer.start(app, ECHO_PORT));
            addClients(clientKey(zone, false), app);
            addClients(clientKey(zone, true), internet);
        }
    }

    /** Every flow made so far. */
    List<PlannedFlow> planned() {
        return List.copyOf(planned);
    }

    /** Runs a workload in both zones at once and waits for its end, at most a minute. */
    List<FlowResult> run(Workload workload) {
        Map<PlannedFlow, Future<Outcome>> running = new LinkedHashMap<>();
        for (Zone zone : Zone.ALL) {
            start(zone, workload, running);
        }
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(BATCH_SECONDS);
        List<FlowResult> results = new ArrayList<>();
        running.forEach((flow, outcome) -> results.add(new FlowResult(flow, await(outcome, deadlineNs))));
        return results;
    }

    /** Starts downloads that last until they are released. */
    List<LongDownload> startLong(Zone zone, int count) {
        List<LongDownload> downloads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            PlannedFlow flow = flow(zone, "long download", false, FlowName.TCP, false, LONG_BYTES);
            Download download = download(flow, true, LONG_READ_TIMEOUT_MS);
            FutureTask<Outcome> task = new FutureTask<>(download::run);
            topology.namespace(zone.appNamespace())
                    .threads("long")
                    .newThread(task)
                    .start();
            downloads.add(new LongDownload(flow, download, task));
        }
        return downloads;
    }

    void releaseLong() {
        internetFiles.releaseSlow();
    }

    Outcome await(LongDownload download) {
        return await(download.outcome(), System.nanoTime() + TimeUnit.SECONDS.toNanos(BATCH_SECONDS));
    }

    private void start(Zone zone, Workload workload, Map<PlannedFlow, Future<Outcome>> running) {
        for (int i = 0; i < workload.downloads(); i++) {
            long bytes = i == 0 ? BULK_BYTES : DOWNLOAD_BYTES;
            startDownload(flow(zone, "download", false, FlowName.TCP, false, bytes), running);
        }
        for (int i = 0; i < workload.uploads(); i++) {
            startDownload(flow(zone, "download", true, FlowName.TCP, false, DOWNLOAD_BYTES), running);
        }
        for (int i = 0; i < workload.downloads6(); i++) {
            startDownload(flow(zone, "download", false, FlowName.TCP, true, DOWNLOAD_BYTES), running);
        }
        for (int i = 0; i < workload.uploads6(); i++) {
            startDownload(flow(zone, "download", true, FlowName.TCP, true, DOWNLOAD_BYTES), running);
        }
        for (int i = 0; i < workload.datagrams(); i++) {
            startDatagrams(flow(zone, "datagrams", false, FlowName.UDP, false, 0), running);
        }
        for (int i = 0; i < workload.datagramsIn(); i++) {
            startDatagrams(flow(zone, "datagrams", true, FlowName.UDP, false, 0), running);
        }
        for (int i = 0; i < workload.datagrams6(); i++) {
            startDatagrams(flow(zone, "datagrams", false, FlowName.UDP, true, 0), running);
        }
        if (workload.echo()) {
            startEcho(flow(zone, "echo", false, FlowName.ICMP, false, 0), running);
            startEcho(flow(zone, "echo", true, FlowName.ICMP, false, 0), running);
            startEcho(flow(zone, "echo", false, FlowName.ICMPV6, true, 0), running);
            startEcho(flow(zone, "echo", true, FlowName.ICMPV6, true, 0), running);
        }
    }

    private void startDownload(PlannedFlow flow, Map<PlannedFlow, Future<Outcome>> running) {
        submit(flow, () -> download(flow, false, READ_TIMEOUT_MS).run(), running);
    }

    private void startDatagrams(PlannedFlow flow, Map<PlannedFlow, Future<Outcome>> running) {
        FlowName name = flow.name();
        UdpExchange exchange = new UdpExchange(
                address(name.source()),
                name.sourcePort(),
                new InetSocketAddress(address(name.destination()), name.destinationPort()),
                name.source().ipv6() ? SIZES6 : SIZES);
        submit(flow, exchange::run, running);
    }

    private void startEcho(PlannedFlow flow, Map<PlannedFlow, Future<Outcome>> running) {
        IcmpEcho echo = new IcmpEcho(address(flow.name().destination()), ++echoIdentifier, 5, 56);
        submit(flow, echo::run, running);
    }

    private void submit(PlannedFlow flow, Callable<Outcome> client, Map<PlannedFlow, Future<Outcome>> running) {
        ExecutorService executor = clients.get(clientKey(flow.zone(), flow.fromInternet()));
        if (executor == null) {
            throw new IllegalStateException("no clients for " + flow);
        }
        running.put(flow, executor.submit(client));
    }

    private static Download download(PlannedFlow flow, boolean slow, int readTimeoutMs) {
        FlowName name = flow.name();
        return new Download(
                address(name.source()),
                name.sourcePort(),
                new InetSocketAddress(address(name.destination()), name.destinationPort()),
                new Content(name.sourcePort(), flow.bytes()),
                slow,
                readTimeoutMs);
    }

    private PlannedFlow flow(Zone zone, String kind, boolean fromInternet, int protocol, boolean ipv6, long bytes) {
        HostAddress app = HostAddress.of(ipv6 ? zone.appAddress6() : zone.appAddress());
        HostAddress internet = HostAddress.of(ipv6 ? DemoTopology.INTERNET6 : DemoTopology.INTERNET);
        boolean ports = protocol == FlowName.TCP || protocol == FlowName.UDP;
        int serverPort = protocol == FlowName.TCP ? HTTP_PORT : ECHO_PORT;
        FlowName name = new FlowName(
                protocol,
                fromInternet ? internet : app,
                ports ? port(fromInternet ? "internet" : zone.appNamespace(), fromInternet) : 0,
                fromInternet ? app : internet,
                ports ? serverPort : 0);
        PlannedFlow flow = new PlannedFlow(zone, kind, fromInternet, name, bytes);
        planned.add(flow);
        return flow;
    }

    private int port(String host, boolean fromInternet) {
        int port = nextPort.getOrDefault(host, fromInternet ? FIRST_INTERNET_PORT : FIRST_APPLICATION_PORT);
        nextPort.put(host, port + 1);
        return port;
    }

    private void addClients(String key, Namespace namespace) {
        clients.put(key, Executors.newFixedThreadPool(CLIENTS_AT_ONCE, namespace.threads("client")));
    }

    private static String clientKey(Zone zone, boolean fromInternet) {
        return (fromInternet ? "internet to " : "") + zone.appNamespace();
    }

    private static InetAddress address(HostAddress address) {
        return InetAddress.ofLiteral(address.toString());
    }

    private static Outcome await(Future<Outcome> outcome, long deadlineNs) {
        try {
            return outcome.get(Math.max(0, deadlineNs - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Outcome.failure("not done in time");
        } catch (ExecutionException e) {
            return Outcome.failure(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Outcome.failure("interrupted");
        }
    }

    @Override
    public void close() {
        internetFiles.releaseSlow();
        clients.values().forEach(ExecutorService::shutdownNow);
        for (AutoCloseable server : servers) {
            try {
                server.close();
            } catch (Exception e) {
                throw new IllegalStateException("closing a server", e);
            }
        }
    }
}
