// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.link;

import java.nio.ByteBuffer;

/**
 * Seals frames and looks at seals: 96 bits of SipHash-2-4-128 over header and inner packet, the whole number of the epoch in
 * the place of the seal, under a key that only the two processes have.
 *
 * <p><b>Threading</b>: confined to the shard's event loop. <b>Allocation</b>: none.
 */
final class FrameSeal {

    private final SipHash128 hash = new SipHash128();

    /**
     * Seals a frame.
     *
     * @param buffer big-endian buffer; the place of the seal is written
     * @param offset absolute index of the frame's first byte
     * @param lengthBytes of header and inner packet
     * @param epoch the sender's, whole
     */
    void seal(ByteBuffer buffer, int offset, int lengthBytes, long key0, long key1, long epoch) {
        compute(buffer, offset, lengthBytes, key0, key1, epoch);
        buffer.putLong(offset + LinkFrame.SEAL_OFFSET, hash.first());
        buffer.putInt(offset + LinkFrame.SEAL_OFFSET + Long.BYTES, (int) hash.second());
    }

    /** Whether a frame carries the seal of a key and an epoch; the place of the seal is written over. */
    boolean isSealed(ByteBuffer buffer, int offset, int lengthBytes, long key0, long key1, long epoch) {
        long first = buffer.getLong(offset + LinkFrame.SEAL_OFFSET);
        int second = buffer.getInt(offset + LinkFrame.SEAL_OFFSET + Long.BYTES);
        compute(buffer, offset, lengthBytes, key0, key1, epoch);
        return ((first ^ hash.first()) | (second ^ (int) hash.second())) == 0;
    }

    private void compute(ByteBuffer buffer, int offset, int lengthBytes, long key0, long key1, long epoch) {
        buffer.putLong(offset + LinkFrame.SEAL_OFFSET, epoch);
        buffer.putInt(offset + LinkFrame.SEAL_OFFSET + Long.BYTES, 0);
        hash.hash(key0, key1, buffer, offset, lengthBytes);
    }
}
