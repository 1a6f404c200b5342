// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent;

import io.sluice.agent.core.AgentCount;
import io.sluice.agent.core.AgentCounters;
import io.sluice.agent.core.AgentDropReason;
import io.sluice.agent.core.DatagramAggregate;
import io.sluice.agent.core.TunnelHeader;
import java.util.function.Consumer;

/**
 * Datagrams for the gateway that wait to leave as one message. Their bytes stay where they are, in one part or two, until
 * {@link #flush}.
 *
 * <p>Where the kernel refuses to cut a message, its datagrams are sent one by one, and it is not asked again for this
 * socket, not by other threads either.
 *
 * <p><b>Threading</b>: confined to the thread that reads from a queue of the device.
 */
final class OutgoingMessage {

    private static final int PARTS_MAX = 2 * DatagramAggregate.DATAGRAMS_MAX;

    private final Libc libc;
    private final GatewaySocket socket;
    private final AgentCounters counters;
    private final DatagramAggregate aggregate = new DatagramAggregate();
    private final IoVectors parts = new IoVectors(PARTS_MAX);
    private final int[] firstPart = new int[DatagramAggregate.DATAGRAMS_MAX + 1];
    private final MessageMemory memory = new MessageMemory();
    private final Consumer<String> gaveUp;

    /**
     * A message of a socket.
     *
     * @param gaveUp told why messages are no longer cut by the kernel; called once at most for a socket
     */
    OutgoingMessage(Libc libc, GatewaySocket socket, AgentCounters counters, Consumer<String> gaveUp) {
        this.libc = libc;
        this.socket = socket;
        this.counters = counters;
        this.gaveUp = gaveUp;
    }

    /** A datagram of one part. */
    void add(long data, int lengthBytes) {
        makeRoom(lengthBytes);
        parts.add(data, lengthBytes);
        joined(lengthBytes);
    }

    /** A datagram of headers and payload. */
    void add(long headers, int headersBytes, long payload, int payloadBytes) {
        makeRoom(headersBytes + payloadBytes);
        parts.add(headers, headersBytes);
        parts.add(payload, payloadBytes);
        joined(headersBytes + payloadBytes);
    }

    private void makeRoom(int lengthBytes) {
        if (!aggregate.takes(lengthBytes) || (aggregate.count() > 0 && !socket.cutsMessages())) {
            flush();
        }
    }

    private void joined(int lengthBytes) {
        aggregate.add(lengthBytes);
        firstPart[aggregate.count()] = parts.count();
    }

    /** Sends what waits. */
    void flush() {
        int count = aggregate.count();
        if (count == 0) {
            return;
        }
        long result = send(0, count, count > 1 ? aggregate.sizeBytes() : 0);
        if (result >= 0) {
            sent(count, aggregate.totalBytes());
        } else if (count == 1) {
            counters.drop(AgentDropReason.SEND_REFUSED);
        } else {
            if (Errno.refusesSegmentation(-result) && socket.stopCutting()) {
                gaveUp.accept(Errno.text(-result));
            }
            sendOneByOne(count);
        }
        aggregate.clear();
        parts.clear();
    }

    private void sendOneByOne(int count) {
        int before = aggregate.sizeBytes() * (count - 1);
        for (int i = 0; i < count; i++) {
            if (send(i, i + 1, 0) >= 0) {
                sent(1, i < count - 1 ? aggregate.sizeBytes() : aggregate.totalBytes() - before);
            } else {
                counters.drop(AgentDropReason.SEND_REFUSED);
            }
        }
    }

    private long send(int first, int end, int segmentBytes) {
        int part = firstPart[first];
        memory.toSend(socket.gateway(), parts.address(part), firstPart[end] - part, segmentBytes);
        return socket.send(libc, memory);
    }

    private void sent(int packets, int bytes) {
        counters.add(AgentCount.MESSAGES_TO_GATEWAY, 1);
        counters.add(AgentCount.PACKETS_TO_GATEWAY, packets);
        counters.add(AgentCount.BYTES_TO_GATEWAY, bytes - packets * TunnelHeader.LENGTH_BYTES);
    }
}
