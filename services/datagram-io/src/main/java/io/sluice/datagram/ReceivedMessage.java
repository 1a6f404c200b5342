// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads what the kernel writes in front of a payload.
 *
 * <p><b>Layout</b>, from the start of a buffer; integers in host order but in the address:
 *
 * <pre>
 *    0  struct io_uring_recvmsg_out   name, control and payload bytes, flags
 *   16  struct sockaddr_in            the sender
 *   32  struct cmsghdr, int           segment size of an aggregate, where the kernel made one
 * </pre>
 *
 * <p><b>Threading</b>: confined to one event loop.
 */
final class ReceivedMessage {

    /** Least bytes in front of a payload. */
    static final int BYTES_MIN = KernelAbi.RECVMSG_OUT_BYTES + KernelAbi.SOCKADDR_IN_BYTES;

    /** Bytes in front of a payload with which the segment size of an aggregate is told. */
    static final int BYTES_OF_AGGREGATE = 64;

    private static final int CONTROL_AT = BYTES_MIN;
    private static final int CONTROL_BYTES = KernelAbi.CMSGHDR_BYTES + Integer.BYTES;

    private final ByteBuffer network;
    private final ByteBuffer host;
    private int start;

    /** @param memory where the buffers are */
    ReceivedMessage(ByteBuffer memory) {
        network = memory.duplicate().order(ByteOrder.BIG_ENDIAN);
        host = memory.duplicate().order(ByteOrder.nativeOrder());
    }

    /** Reads from the buffer that starts there. */
    ReceivedMessage at(int offset) {
        start = offset;
        return this;
    }

    /** Payload length; of a truncated one, what there was room for or more. */
    int payloadBytes() {
        return host.getInt(start + KernelAbi.RECVMSG_OUT_PAYLOAD_BYTES);
    }

    boolean truncated() {
        return (host.getInt(start + KernelAbi.RECVMSG_OUT_FLAGS) & KernelAbi.MSG_TRUNC) != 0;
    }

    int sourceAddress() {
        return network.getInt(start + KernelAbi.RECVMSG_OUT_BYTES + KernelAbi.SOCKADDR_IN_ADDRESS);
    }

    int sourcePort() {
        return Short.toUnsignedInt(network.getShort(start + KernelAbi.RECVMSG_OUT_BYTES + KernelAbi.SOCKADDR_IN_PORT));
    }

    /** Payload bytes of each datagram of an aggregate but the last, which may have less; 0 for a single datagram. */
    int segmentBytes() {
        int at = start + CONTROL_AT;
        boolean told = host.getInt(start + KernelAbi.RECVMSG_OUT_CONTROL_BYTES) >= CONTROL_BYTES
                && host.getInt(at + KernelAbi.CMSGHDR_LEVEL) == KernelAbi.SOL_UDP
                && host.getInt(at + KernelAbi.CMSGHDR_TYPE) == KernelAbi.UDP_GRO;
        return told ? host.getInt(at + KernelAbi.CMSGHDR_BYTES) : 0;
    }
}
