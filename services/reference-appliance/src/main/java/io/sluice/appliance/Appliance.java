// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import io.sluice.appliance.core.ApplianceMode;
import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A one-arm appliance: a target that returns every packet as a gateway expects it, answers health checks, and misbehaves
 * when told to.
 *
 * <p><b>Threading</b>: any thread may call any method. Packets have one thread, health checks and control their own.
 */
public final class Appliance implements AutoCloseable {

    /** Size at which the flow log starts anew. */
    static final long LOG_BYTES_MAX = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Appliance.class);
    private static final Duration STOP_WAIT = Duration.ofSeconds(2);

    private final PacketLoop packets;
    private final Thread thread;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable HealthPort health;
    private @Nullable ControlPort control;

    private Appliance(PacketLoop packets) {
        this.packets = packets;
        this.thread = Thread.ofPlatform()
                .name("sluice-appliance-packets")
                .daemon()
                .unstarted(() -> {
                    packets.run();
                    ended.countDown();
                });
    }

    /**
     * Binds all addresses and begins to return packets.
     *
     * @throws IOException where that is not possible; the message is a sentence for the operator
     */
    public static Appliance start(ApplianceSettings settings) throws IOException {
        FlowLog log = openLog(settings);
        PacketLoop packets;
        try {
            packets = new PacketLoop(socketAddress(settings.listen()), settings.mode(), log);
        } catch (IOException refused) {
            if (log != null) {
                log.close();
            }
            throw cannotBind("--listen", settings.listen(), refused);
        }
        Appliance appliance = new Appliance(packets);
        appliance.thread.start();
        try {
            appliance.openPorts(settings);
        } catch (IOException refused) {
            appliance.close();
            throw refused;
        }
        return appliance;
    }

    private static @Nullable FlowLog openLog(ApplianceSettings settings) throws IOException {
        if (settings.log() == null) {
            return null;
        }
        try {
            return new FlowLog(settings.log(), LOG_BYTES_MAX, InstantSource.system());
        } catch (IOException refused) {
            throw new IOException(
                    "cannot write --log " + settings.log() + " (" + refused + "): expected a file in a directory that"
                            + " exists",
                    refused);
        }
    }

    private void openPorts(ApplianceSettings settings) throws IOException {
        Ipv4SocketAddress healthAddress = settings.health();
        if (healthAddress != null) {
            try {
                health = new HealthPort(
                        socketAddress(healthAddress), settings.mode().health());
            } catch (IOException refused) {
                throw cannotBind("--health", healthAddress, refused);
            }
        }
        Ipv4SocketAddress controlAddress = settings.control();
        if (controlAddress != null) {
            try {
                control = new ControlPort(socketAddress(controlAddress), this);
            } catch (IOException refused) {
                throw cannotBind("--control", controlAddress, refused);
            }
            control.start();
        }
    }

    private static InetSocketAddress socketAddress(Ipv4SocketAddress address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address.address().toString()), address.port());
    }

    private static IOException cannotBind(String option, Ipv4SocketAddress address, IOException refused) {
        return new IOException(
                "cannot bind " + option + " " + address + " (" + refused.getMessage() + "): expected a free port of an"
                        + " address that this host has; ports below 1024 need the capability CAP_NET_BIND_SERVICE",
                refused);
    }

    /** Where packets come to. */
    public InetSocketAddress listenAddress() {
        return packets.address();
    }

    /** Where health checks are answered; null = nowhere. */
    public @Nullable InetSocketAddress healthAddress() {
        return health == null ? null : health.address();
    }

    /** Where the control port is; null = nowhere. */
    public @Nullable InetSocketAddress controlAddress() {
        return control == null ? null : control.address();
    }

    /** How it behaves. */
    public ApplianceMode mode() {
        return packets.mode();
    }

    /**
     * Behaves so from now on.
     *
     * @throws IOException where the health port cannot be opened again; nothing else has changed then
     */
    public void become(ApplianceMode mode) throws IOException {
        ApplianceMode before = packets.mode();
        if (health != null) {
            health.become(mode.health());
        }
        packets.become(mode);
        LOG.atInfo()
                .addKeyValue("event", "mode_changed")
                .addKeyValue("listen", packets.address())
                .addKeyValue("from", before)
                .addKeyValue("to", mode)
                .log("mode changed");
    }

    /** What was counted. */
    CompletableFuture<Statistics> statistics() {
        return packets.statistics();
    }

    /** Waits until it has ended, by {@link #close} or because receiving failed; true for {@link #close}. */
    public boolean awaitEnd() throws InterruptedException {
        ended.await();
        return closed.get();
    }

    /** Closes all ports; packets that wait for a delay are lost. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (control != null) {
            control.close();
        }
        if (health != null) {
            health.close();
        }
        packets.close();
        try {
            thread.join(STOP_WAIT);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
