// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import io.sluice.lab.os.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * ICMP and ICMPv6 echo by a raw socket, so that no {@code ping} program is needed.
 *
 * <p><b>Threading</b>: {@link #run} belongs on a thread of the client's namespace.
 *
 * <p><b>Source</b>: RFC 792, RFC 4443 section 4. The kernel fills the ICMPv6 checksum in.
 *
 * @param destination who is asked
 * @param identifier of the requests
 * @param count requests, one after the other
 * @param payloadBytes bytes behind the ICMP header
 * @param timeoutMs after which a request is repeated
 */
public record IcmpEcho(InetAddress destination, int identifier, int count, int payloadBytes, int timeoutMs) {
    private static final int ATTEMPTS_MAX = 4;
    private static final int TIMEOUT_MS = 1_000;
    private static final int HEADER_BYTES = 8;
    private static final int IPPROTO_ICMP = 1;
    private static final int IPPROTO_ICMPV6 = 58;

    /** Repeats a request after a second. */
    public IcmpEcho(InetAddress destination, int identifier, int count, int payloadBytes) {
        this(destination, identifier, count, payloadBytes, TIMEOUT_MS);
    }

    /** Sends {@code count} requests one after the other, each until its reply comes, at most four times. */
    public Outcome run() {
        byte[] address = destination.getAddress();
        boolean ipv6 = address.length == 16;
        try (Arena arena = Arena.ofConfined()) {
            int socket = Libc.socket(
                    ipv6 ? Libc.AF_INET6 : Libc.AF_INET, Libc.SOCK_RAW, ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
            try {
                Libc.connect(socket, socketAddress(arena, address, ipv6));
                return exchange(arena, socket, ipv6);
            } finally {
                Libc.close(socket);
            }
        } catch (IOException e) {
            return Outcome.failure(String.valueOf(e.getMessage()));
        }
    }

    private Outcome exchange(Arena arena, int socket, boolean ipv6) throws IOException {
        MemorySegment request = arena.allocate(HEADER_BYTES + payloadBytes);
        MemorySegment answer = arena.allocate(65536);
        int repeats = 0;
        for (int sequence = 1; sequence <= count; sequence++) {
            fill(request.asByteBuffer(), ipv6, sequence);
            int attempt = 1;
            Libc.send(socket, request);
            while (!answered(socket, answer, request, ipv6)) {
                repeats++;
                if (++attempt > ATTEMPTS_MAX) {
                    return Outcome.failure("no reply to echo request " + sequence);
                }
                Libc.send(socket, request);
            }
        }
        return Outcome.success(count + " replies, " + repeats + " repeats");
    }

    private void fill(ByteBuffer message, boolean ipv6, int sequence) {
        message.put(0, (byte) (ipv6 ? 128 : 8)).put(1, (byte) 0).putShort(2, (short) 0);
        message.putShort(4, (short) identifier).putShort(6, (short) sequence);
        for (int i = 0; i < payloadBytes; i++) {
            message.put(HEADER_BYTES + i, (byte) (sequence + i));
        }
        if (!ipv6) {
            message.putShort(2, checksum(message));
        }
    }

    /** Waits for the reply to this request; other ICMP messages, which a raw socket also gets, are skipped. */
    private boolean answered(int socket, MemorySegment buffer, MemorySegment request, boolean ipv6) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        for (long leftNs = timeoutMs * 1_000_000L; leftNs > 0; leftNs = deadlineNs - System.nanoTime()) {
            if (!Libc.pollReadable(socket, (int) (leftNs / 1_000_000L) + 1)) {
                return false;
            }
            int length = Libc.receive(socket, buffer);
            int start = ipv6 ? 0 : (buffer.get(ValueLayout.JAVA_BYTE, 0) & 0x0f) * 4;
            if (length - start == request.byteSize()
                    && buffer.get(ValueLayout.JAVA_BYTE, start) == (byte) (ipv6 ? 129 : 0)
                    && buffer.asSlice(start + 4, request.byteSize() - 4).mismatch(request.asSlice(4)) < 0) {
                return true;
            }
        }
        return false;
    }

    private static MemorySegment socketAddress(Arena arena, byte[] address, boolean ipv6) {
        MemorySegment segment = arena.allocate(ipv6 ? 28 : 16, 4);
        segment.set(ValueLayout.JAVA_SHORT, 0, (short) (ipv6 ? Libc.AF_INET6 : Libc.AF_INET));
        MemorySegment.copy(address, 0, segment, ValueLayout.JAVA_BYTE, ipv6 ? 8 : 4, address.length);
        return segment;
    }

    private static short checksum(ByteBuffer message) {
        int sum = 0;
        for (int i = 0; i < message.limit(); i += 2) {
            sum += ((message.get(i) & 0xff) << 8) | (i + 1 < message.limit() ? message.get(i + 1) & 0xff : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
