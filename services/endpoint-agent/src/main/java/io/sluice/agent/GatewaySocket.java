// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.model.id.Ipv4SocketAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The UDP socket between an attachment and the gateway's nodes, one of which is in use.
 *
 * <p>It is bound to the local address and not connected, so that datagrams from strangers are seen and counted.
 * {@code IP_RECVERR} makes the kernel report "port unreachable" all the same; such a report is consumed, never fatal.
 *
 * <p><b>Threading</b>: all threads of the agent use the descriptor, each with its own {@link Libc} and its own message;
 * one of them says which node is in use, any that it no longer cuts messages.
 */
final class GatewaySocket implements AutoCloseable {

    /** What bursts the gateway may return while the other thread of a core runs; the kernel may grant less. */
    private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

    private static final int SEND_TRIES_MAX = 4;

    private final Libc libc = new Libc();
    private final int fd;
    private final SocketAddressMemory[] gateways;
    private final AtomicBoolean cutsMessages;
    private volatile SocketAddressMemory gateway;

    private GatewaySocket(int fd, List<Ipv4SocketAddress> gateways, boolean cutsMessages) {
        this.fd = fd;
        this.gateways = gateways.stream().map(SocketAddressMemory::new).toArray(SocketAddressMemory[]::new);
        this.gateway = this.gateways[0];
        this.cutsMessages = new AtomicBoolean(cutsMessages);
    }

    /**
     * Binds the local address.
     *
     * @param gateways addresses of the nodes, the first of which is in use
     * @param offload whether many datagrams may leave and come at once
     * @param refused told what of that the kernel does not have, and why
     */
    static GatewaySocket open(
            Ipv4SocketAddress local, List<Ipv4SocketAddress> gateways, boolean offload, Consumer<String> refused)
            throws IOException {
        Libc libc = new Libc();
        int fd = libc.udpSocket();
        if (fd < 0) {
            throw new IOException("cannot open a UDP socket (" + Errno.text(-fd) + ")");
        }
        libc.setSocketOption(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
        int result = libc.setSocketOption(fd, Libc.IPPROTO_IP, Libc.IP_RECVERR, 1);
        if (result >= 0) {
            result = libc.bind(fd, new SocketAddressMemory(local));
        }
        if (result < 0) {
            libc.close(fd);
            throw new IOException(bindRefused(local, -result));
        }
        return new GatewaySocket(fd, gateways, offload && takesAggregates(libc, fd, refused));
    }

    /** Asks for aggregates to be received; whether they can be sent. */
    private static boolean takesAggregates(Libc libc, int fd, Consumer<String> refused) {
        int receives = libc.setSocketOption(fd, Libc.SOL_UDP, Libc.UDP_GRO, 1);
        if (receives < 0) {
            refused.accept("datagrams come one by one: UDP_GRO is refused (" + Errno.text(-receives) + ")");
        }
        int sends = libc.socketOption(fd, Libc.SOL_UDP, Libc.UDP_SEGMENT);
        if (sends < 0) {
            refused.accept("datagrams leave one by one: UDP_SEGMENT is refused (" + Errno.text(-sends) + ")");
        }
        return sends >= 0;
    }

    private static String bindRefused(Ipv4SocketAddress local, int errno) {
        String cause = "cannot bind --local " + local + " (" + Errno.text(errno) + ")";
        return switch (errno) {
            case Errno.EADDRNOTAVAIL ->
                cause + ": no interface of this host has this address; expected the address the gateway knows as the"
                        + " endpoint's attachment";
            case Errno.EADDRINUSE ->
                cause
                        + ": another program, perhaps another agent, uses this port; expected a free one, which the gateway"
                        + " must know as the attachment's";
            case Errno.EACCES -> cause + ": ports below 1024 need the capability CAP_NET_BIND_SERVICE";
            default -> cause;
        };
    }

    /** The MTU of the path from the local address to the gateway, as far as the kernel knows it. */
    static int pathMtuBytes(Ipv4SocketAddress local, Ipv4SocketAddress gateway) throws IOException {
        Libc libc = new Libc();
        int fd = libc.udpSocket();
        if (fd < 0) {
            throw new IOException("cannot open a UDP socket (" + Errno.text(-fd) + ")");
        }
        try {
            SocketAddressMemory from = new SocketAddressMemory(local.address(), 0);
            int result = libc.bind(fd, from);
            if (result < 0) {
                throw new IOException(bindRefused(local, -result));
            }
            result = libc.connect(fd, new SocketAddressMemory(gateway));
            if (result >= 0) {
                result = libc.socketOption(fd, Libc.IPPROTO_IP, Libc.IP_MTU);
            }
            if (result < 0) {
                throw new IOException("no way from --local " + local.address() + " to --gateway " + gateway + " ("
                        + Errno.text(-result) + "): expected a gateway that a route leads to");
            }
            return result;
        } finally {
            libc.close(fd);
        }
    }

    int fd() {
        return fd;
    }

    /** Whether a message may hold many datagrams, which the kernel cuts. */
    boolean cutsMessages() {
        return cutsMessages.get();
    }

    /** Messages are not cut from now on; true for the thread that was the first to say so. */
    boolean stopCutting() {
        return cutsMessages.compareAndSet(true, false);
    }

    /** Address of the node in use. */
    SocketAddressMemory gateway() {
        return gateway;
    }

    /** Another node is in use from now on. */
    void use(int index) {
        gateway = gateways[index];
    }

    /** Index of the node with this address and port, or -1. */
    int indexOf(SocketAddressMemory sender) {
        for (int i = 0; i < gateways.length; i++) {
            if (sender.sameAs(gateways[i])) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Sends one datagram to a node, or none while the socket's queue is full: who sends this has more to do than to wait.
     *
     * <p>A report about an earlier datagram makes a send fail without sending, and while other threads take reports
     * from the socket each of them may do so again: so it is tried {@value #SEND_TRIES_MAX} times at most.
     *
     * @param index of the node
     * @return false where the kernel refused it, or had no room for it
     */
    boolean sendNow(Libc caller, int index, long data, int lengthBytes) {
        int flags = Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT;
        long to = gateways[index].address();
        long sent = caller.sendTo(fd, data, lengthBytes, flags, to);
        for (int tries = 1; sent < 0 && sent != -Errno.EAGAIN && tries < SEND_TRIES_MAX; tries++) {
            sent = caller.sendTo(fd, data, lengthBytes, flags, to);
        }
        return sent >= 0;
    }

    /**
     * Sends a message of one datagram or many; waits while the socket's queue is full. It is tried as often as {@link
     * #sendNow} does.
     *
     * @return below 0 the error that the kernel refused it with
     */
    long send(Libc caller, MessageMemory message) {
        long sent = caller.sendMessage(fd, message.address(), Libc.MSG_NOSIGNAL);
        for (int tries = 1; sent < 0 && tries < SEND_TRIES_MAX; tries++) {
            sent = caller.sendMessage(fd, message.address(), Libc.MSG_NOSIGNAL);
        }
        return sent;
    }

    /** Takes the kernel's reports from the socket; how many there were. */
    int drainErrors(Libc caller, long scratch, int scratchBytes) {
        int drained = 0;
        while (caller.receiveFrom(fd, scratch, scratchBytes, Libc.MSG_ERRQUEUE | Libc.MSG_DONTWAIT, 0, 0) >= 0) {
            drained++;
        }
        return drained;
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
