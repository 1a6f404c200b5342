// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.demo;

import io.sluice.lab.check.FlowName;
import io.sluice.lab.check.HostAddress;
import io.sluice.lab.net.Namespace;
import io.sluice.lab.traffic.AnswerServer;
import io.sluice.lab.traffic.Conversation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The flows of the second act: questions from the application hosts, answered by the Internet host of their spoke.
 *
 * <p>Flows of one zone take the same ports in both spokes, so that each has a twin with an equal tuple (F-5).
 *
 * <p><b>Threading</b>: confined to one thread.
 */
final class Talks implements AutoCloseable {
    private static final int ANSWER_PORT = 9;
    private static final int FIRST_PORT = 20_000;
    private static final int EACH_PROTOCOL = 6;

    /**
     * TCP tries again each second at the latest and does not give up: what stalls for half a minute would otherwise be
     * repeated only after as long again. Kernels before 6.15 lack the first, and the demo takes longer there.
     */
    private static final Map<String, String> PATIENCE = Map.of(
            "net/ipv4/tcp_rto_max_ms", "1000", "net/ipv4/tcp_retries2", "120", "net/ipv4/tcp_syn_retries", "120");

    private final DemoTopology network;
    private final List<AnswerServer> servers = new ArrayList<>();
    private final List<Talk> talks = new ArrayList<>();
    private final Map<Site, Integer> nextPorts = new HashMap<>();

    /** Starts the servers; there are no flows yet. */
    Talks(DemoTopology network) {
        this.network = network;
        Set<String> served = new HashSet<>();
        for (Site site : Site.all()) {
            bePatient(site.application(network));
            if (served.add(site.serverName())) {
                bePatient(site.internet(network));
                servers.add(AnswerServer.start(site.internet(network), ANSWER_PORT, site.serverName()));
            }
        }
    }

    private static void bePatient(Namespace namespace) {
        PATIENCE.forEach((key, value) -> {
            if (Files.exists(Path.of("/proc/sys", key))) {
                namespace.setting(key, value);
            }
        });
    }

    /** Begins a scene: nothing is new any more, and nothing has been said. */
    void begin() {
        talks.forEach(Talk::begin);
    }

    /** Lets every flow say something that is not to keep quiet. */
    void askAll() {
        talks.stream().filter(talk -> !talk.quiet()).forEach(Talk::ask);
    }

    /** Makes new flows at every site, with their first questions. */
    void openNew() {
        for (Site site : Site.all()) {
            for (int i = 0; i < EACH_PROTOCOL; i++) {
                talks.add(open(site, FlowName.TCP));
                talks.add(open(site, FlowName.UDP));
            }
        }
    }

    /** The flows made so far, in the order of their making. */
    List<Talk> all() {
        return List.copyOf(talks);
    }

    /** Takes what has come. */
    void poll() {
        talks.forEach(talk -> talk.conversation().poll());
    }

    /** Says again what was lost, where the transport does not do so by itself. */
    void repeat() {
        talks.stream()
                .filter(talk -> !talk.quiet())
                .forEach(talk -> talk.conversation().repeat());
    }

    /** Ends flows. */
    void end(Predicate<Talk> which) {
        talks.stream().filter(which).forEach(Talk::close);
        talks.removeIf(which);
    }

    /** Makes a flow with its first question; it is not one of {@link #all}. */
    Talk open(Site site, int protocol) {
        int port = nextPorts.merge(site, 1, Integer::sum) + FIRST_PORT;
        FlowName name = new FlowName(
                protocol,
                HostAddress.of(site.zone().appAddress()),
                port,
                HostAddress.of(DemoTopology.INTERNET),
                ANSWER_PORT);
        Talk talk = new Talk(
                site,
                name,
                Conversation.open(
                        site.application(network),
                        protocol == FlowName.TCP,
                        new InetSocketAddress(InetAddress.ofLiteral(site.zone().appAddress()), port),
                        new InetSocketAddress(InetAddress.ofLiteral(DemoTopology.INTERNET), ANSWER_PORT)));
        talk.ask();
        return talk;
    }

    @Override
    public void close() {
        end(talk -> true);
        servers.forEach(AnswerServer::close);
    }
}
