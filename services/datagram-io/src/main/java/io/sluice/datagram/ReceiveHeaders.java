// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.datagram;

import io.netty.channel.unix.Buffer;
import io.netty.util.internal.CleanableDirectBuffer;
import java.nio.ByteBuffer;

/**
 * The two {@code msghdr} that every receive of a path reads and none writes.
 *
 * <p>The one of multishot receives says how a buffer is laid out: the sender's address, then as much control data as the
 * headroom has room for, so that the payload starts right behind the headroom. The other has no room for anything: the
 * datagram is dropped.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: the memory is the kernel's to read until
 * {@link #close()}.
 */
final class ReceiveHeaders {

    /** Least headroom: what the kernel writes in front of a payload. */
    static final int HEADROOM_BYTES_MIN = KernelAbi.RECVMSG_OUT_BYTES + KernelAbi.SOCKADDR_IN_BYTES;

    private final CleanableDirectBuffer owner = Buffer.allocateDirectBufferWithNativeOrder(2 * KernelAbi.MSGHDR_BYTES);

    private final long address = Buffer.memoryAddress(owner.buffer());

    /** @param headroomBytes bytes in front of a payload, at least {@value #HEADROOM_BYTES_MIN} */
    ReceiveHeaders(int headroomBytes) {
        ByteBuffer memory = owner.buffer();
        memory.putInt(KernelAbi.MSGHDR_NAME_BYTES, KernelAbi.SOCKADDR_IN_BYTES);
        memory.putLong(KernelAbi.MSGHDR_CONTROL_BYTES, headroomBytes - HEADROOM_BYTES_MIN);
    }

    long multishotAddress() {
        return address;
    }

    long drainAddress() {
        return address + KernelAbi.MSGHDR_BYTES;
    }

    /** Frees the memory; no receive may be armed. */
    void close() {
        owner.clean();
    }
}
