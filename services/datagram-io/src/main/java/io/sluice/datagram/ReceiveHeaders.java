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
 * buffer's front has room for, so that the payload starts where it shall. The other has no room for anything: the
 * datagram is dropped.
 *
 * <p><b>Threading</b>: confined to one event loop. <b>Ownership</b>: the memory is the kernel's to read until
 * {@link #close()}.
 */
final class ReceiveHeaders {

    private final CleanableDirectBuffer owner = Buffer.allocateDirectBufferWithNativeOrder(2 * KernelAbi.MSGHDR_BYTES);

    private final long address = Buffer.memoryAddress(owner.buffer());

    /** @param payloadAt bytes in front of a payload, at least {@value ReceivedMessage#BYTES_MIN} */
    ReceiveHeaders(int payloadAt) {
        ByteBuffer memory = owner.buffer();
        memory.putInt(KernelAbi.MSGHDR_NAME_BYTES, KernelAbi.SOCKADDR_IN_BYTES);
        memory.putLong(KernelAbi.MSGHDR_CONTROL_BYTES, payloadAt - ReceivedMessage.BYTES_MIN);
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
