// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

/**
 * Which datagrams leave together in one message that the kernel cuts ({@code UDP_SEGMENT}): of one size, except that a
 * smaller one may be the last, at most {@value #DATAGRAMS_MAX} and {@value #BYTES_MAX} bytes.
 *
 * <p><b>Threading</b>: confined to one thread.
 */
public final class DatagramAggregate {

    /** Datagrams in a message: what every kernel with {@code UDP_SEGMENT} takes. */
    public static final int DATAGRAMS_MAX = 64;

    /** Bytes in a message: the longest UDP payload over IPv4. */
    public static final int BYTES_MAX = 65_507;

    private int count;
    private int sizeBytes;
    private int totalBytes;
    private boolean closed;

    /** Whether a datagram may join those that are waiting. */
    public boolean takes(int lengthBytes) {
        return count == 0
                || (!closed
                        && lengthBytes <= sizeBytes
                        && count < DATAGRAMS_MAX
                        && totalBytes + lengthBytes <= BYTES_MAX);
    }

    /** Joins a datagram, which {@link #takes} has agreed to. */
    public void add(int lengthBytes) {
        if (count == 0) {
            sizeBytes = lengthBytes;
        }
        closed = lengthBytes < sizeBytes;
        count++;
        totalBytes += lengthBytes;
    }

    /** Datagrams waiting. */
    public int count() {
        return count;
    }

    /** Size of each but perhaps the last. */
    public int sizeBytes() {
        return sizeBytes;
    }

    /** Bytes waiting. */
    public int totalBytes() {
        return totalBytes;
    }

    /** They are gone. */
    public void clear() {
        count = 0;
        sizeBytes = 0;
        totalBytes = 0;
        closed = false;
    }
}
