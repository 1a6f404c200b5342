// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.GatewayChoice;
import io.sluice.agent.core.KeepAlive;
import io.sluice.agent.core.TunnelHeader;
import io.sluice.agent.core.TunnelMtu;
import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * One attachment of an endpoint: a TUN device and a tunnel to the gateway, of whose nodes one is in use.
 *
 * <p><b>Threading</b>: a thread for each queue of the device, which sends, and one that receives; each owns its buffer
 * and its counters. The one that receives also keeps the tunnel alive. {@link #close} may be called from any thread, also
 * more than once.
 *
 * <p><b>Errors</b>: nothing that a packet contains and nothing that the gateway does ends the agent; the loss of the
 * device does.
 */
public final class EndpointAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EndpointAgent.class);
    private static final Duration STOP_WAIT = Duration.ofSeconds(2);

    private final AgentSettings settings;
    private final int mtuBytes;
    private final TunDevice device;
    private final GatewaySocket socket;
    private final int wakeFd;
    /** Of each queue's thread, then of the one that receives. */
    private final List<AgentCounters> counters = new ArrayList<>();

    private final List<Thread> threads = new ArrayList<>();
    private final ReverseLoop reverseLoop;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private EndpointAgent(AgentSettings settings, int mtuBytes, TunDevice device, GatewaySocket socket, int wakeFd) {
        this.settings = settings;
        this.mtuBytes = mtuBytes;
        this.device = device;
        this.socket = socket;
        this.wakeFd = wakeFd;
        TunnelHeader header = new TunnelHeader(settings.vni().value());
        for (int queue = 0; queue < device.queues(); queue++) {
            AgentCounters counted = new AgentCounters();
            add(
                    queue == 0 ? "forward" : "forward-" + queue,
                    counted,
                    new ForwardLoop(device, queue, socket, wakeFd, header, counted, this::gaveUp, this::fail));
        }
        AgentCounters counted = new AgentCounters();
        int nodes = settings.gateways().size();
        this.reverseLoop = new ReverseLoop(device, socket, wakeFd, header, nodes, counted, new Report());
        add("reverse", counted, reverseLoop);
    }

    private void add(String name, AgentCounters counted, Runnable loop) {
        counters.add(counted);
        threads.add(Thread.ofPlatform().name("sluice-agent-" + name).daemon().unstarted(loop));
    }

    /**
     * Creates the device, binds the socket and starts to forward.
     *
     * @throws IOException where that is not possible; the message is a sentence for the operator
     */
    public static EndpointAgent attach(AgentSettings settings) throws IOException {
        int mtuBytes = settings.mtuBytes() != 0 ? settings.mtuBytes() : mtuByPath(settings);
        Consumer<String> refused = cause -> logRefusal(settings, cause);
        GatewaySocket socket = GatewaySocket.open(settings.local(), settings.gateways(), settings.offload(), refused);
        TunDevice device;
        try {
            device = TunDevice.create(
                    settings.device(),
                    mtuBytes,
                    settings.queues(),
                    settings.offload(),
                    refused,
                    cause -> logFewerQueues(settings, cause));
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
        int wakeFd = new Libc().eventfd();
        if (wakeFd < 0) {
            device.close();
            socket.close();
            throw new IOException("cannot create an event descriptor (" + Errno.text(-wakeFd) + ")");
        }
        EndpointAgent agent = new EndpointAgent(settings, mtuBytes, device, socket, wakeFd);
        agent.threads.forEach(Thread::start);
        return agent;
    }

    /** By the narrowest path to a node; one that no route leads to now may have one later, but not all of them. */
    private static int mtuByPath(AgentSettings settings) throws IOException {
        int pathMtuBytes = Integer.MAX_VALUE;
        IOException unreachable = null;
        Ipv4SocketAddress narrowest = settings.gateways().getFirst();
        for (Ipv4SocketAddress gateway : settings.gateways()) {
            try {
                int bytes = GatewaySocket.pathMtuBytes(settings.local(), gateway);
                narrowest = bytes < pathMtuBytes ? gateway : narrowest;
                pathMtuBytes = Math.min(pathMtuBytes, bytes);
            } catch (IOException failed) {
                unreachable = failed;
                logUnreachable(settings, gateway, failed);
            }
        }
        if (unreachable != null && pathMtuBytes == Integer.MAX_VALUE) {
            throw unreachable;
        }
        int mtuBytes = TunnelMtu.forPath(pathMtuBytes);
        if (!TunnelMtu.isValid(mtuBytes)) {
            throw new IOException("the path to --gateway " + narrowest + " has an MTU of " + pathMtuBytes
                    + ": expected at least " + (TunnelMtu.MIN + TunnelMtu.APPLIANCE_LEG_BYTES)
                    + ", or an --mtu that says what fits");
        }
        return mtuBytes;
    }

    private static void logUnreachable(AgentSettings settings, Ipv4SocketAddress gateway, IOException failed) {
        if (settings.gateways().size() > 1) {
            LOG.atWarn()
                    .addKeyValue("event", "gateway_unreachable")
                    .addKeyValue("device", settings.device())
                    .addKeyValue("gateway", gateway)
                    .addKeyValue("cause", failed.getMessage())
                    .log("no way to a gateway node, for now");
        }
    }

    /** What was asked for. */
    public AgentSettings settings() {
        return settings;
    }

    /** The device's MTU. */
    public int mtuBytes() {
        return mtuBytes;
    }

    /** How many queues the device has: those asked for, or what the kernel gave. */
    public int queues() {
        return device.queues();
    }

    /** The node that packets are sent to. */
    public Ipv4SocketAddress gateway() {
        return settings.gateways().get(reverseLoop.currentGateway());
    }

    /** True while the node in use answers keep-alives. */
    public boolean isGatewayAnswering() {
        return reverseLoop.isGatewayAnswering();
    }

    /** What was counted, by all threads. */
    public long count(AgentCount count) {
        return counters.stream().mapToLong(counted -> counted.count(count)).sum();
    }

    /** What the thread of a queue counted. */
    long count(int queue, AgentCount count) {
        return counters.get(queue).count(count);
    }

    /** Packets dropped for a reason, by all threads. */
    public long drops(AgentDropReason reason) {
        return counters.stream().mapToLong(counted -> counted.drops(reason)).sum();
    }

    /** Waits until the agent has ended; what ended it, or null where it was closed. */
    public @Nullable String awaitEnd() throws InterruptedException {
        ended.await();
        return failure.get();
    }

    /** Stops forwarding, removes the device and logs what was counted. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        wake();
        // A thread that did not stop may still use its descriptor: then the end of the process closes them.
        if (haveStopped()) {
            device.close();
            socket.close();
            new Libc().close(wakeFd);
        }
        logCounters();
        ended.countDown();
    }

    private boolean haveStopped() {
        long deadlineNs = System.nanoTime() + STOP_WAIT.toNanos();
        boolean stopped = true;
        for (Thread thread : threads) {
            stopped &= hasStopped(thread, Duration.ofNanos(deadlineNs - System.nanoTime()));
        }
        return stopped;
    }

    private static boolean hasStopped(Thread thread, Duration wait) {
        try {
            return thread.join(wait);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void wake() {
        ByteBuffer one = ByteBuffer.allocateDirect(Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(0, 1);
        try {
            new Libc().write(wakeFd, NativeMemory.address(one), Long.BYTES);
        } finally {
            Reference.reachabilityFence(one);
        }
    }

    private void gaveUp(String cause) {
        logRefusal(settings, "datagrams leave one by one from now on: UDP_SEGMENT is refused (" + cause + ")");
    }

    private static void logRefusal(AgentSettings settings, String cause) {
        LOG.atWarn()
                .addKeyValue("event", "offload_refused")
                .addKeyValue("device", settings.device())
                .addKeyValue("cause", cause)
                .log("the kernel does not help with batches");
    }

    private static void logFewerQueues(AgentSettings settings, String cause) {
        LOG.atWarn()
                .addKeyValue("event", "queues_refused")
                .addKeyValue("device", settings.device())
                .addKeyValue("cause", cause)
                .log("the device has fewer queues than asked for");
    }

    /** A loop cannot go on. */
    private void fail(String cause) {
        if (failure.compareAndSet(null, cause)) {
            LOG.atError()
                    .addKeyValue("event", "attachment_failed")
                    .addKeyValue("device", settings.device())
                    .addKeyValue("cause", cause)
                    .log("attachment failed");
            ended.countDown();
        }
    }

    /** Says what changes about the nodes. */
    private final class Report implements GatewayWatch.Observer {

        @Override
        public void changed(int index, KeepAlive.Transition transition, long quietNs) {
            boolean silent = transition == KeepAlive.Transition.NOW_SILENT;
            LoggingEventBuilder event = silent
                    ? LOG.atWarn()
                            .addKeyValue("event", "gateway_silent")
                            .addKeyValue("silent_ms", TimeUnit.NANOSECONDS.toMillis(quietNs))
                    : LOG.atInfo().addKeyValue("event", "gateway_answering");
            event.addKeyValue("device", settings.device())
                    .addKeyValue("vni", settings.vni())
                    .addKeyValue("gateway", settings.gateways().get(index))
                    .log(silent ? "gateway is silent" : "gateway answers");
        }

        @Override
        public void used(int before, int now, GatewayChoice.Reason reason, long quietNs) {
            LOG.atInfo()
                    .addKeyValue("event", "gateway_changed")
                    .addKeyValue("device", settings.device())
                    .addKeyValue("vni", settings.vni())
                    .addKeyValue("from", settings.gateways().get(before))
                    .addKeyValue("to", settings.gateways().get(now))
                    .addKeyValue("reason", reason.name().toLowerCase(Locale.ROOT))
                    .addKeyValue("silent_ms", TimeUnit.NANOSECONDS.toMillis(quietNs))
                    .log("another gateway node is used");
        }
    }

    private void logCounters() {
        LoggingEventBuilder event =
                LOG.atInfo().addKeyValue("event", "detached").addKeyValue("device", settings.device());
        for (AgentCount count : AgentCount.values()) {
            event = event.addKeyValue(count.text(), count(count));
        }
        for (AgentDropReason reason : AgentDropReason.values()) {
            if (drops(reason) > 0) {
                event = event.addKeyValue("dropped_" + reason.text(), drops(reason));
            }
        }
        if (queues() > 1) {
            event = event.addKeyValue("packets_from_queues", countsByQueue(AgentCount.PACKETS_FROM_DEVICE));
        }
        event.log("detached");
    }

    private String countsByQueue(AgentCount count) {
        return IntStream.range(0, queues())
                .mapToObj(queue -> Long.toString(count(queue, count)))
                .collect(Collectors.joining(","));
    }
}
