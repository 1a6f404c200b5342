// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.capture;

import java.nio.ByteBuffer;

/**
 * One captured Ethernet frame.
 *
 * @param timeNs time of capture, nanoseconds since the epoch
 * @param originalLengthBytes length of the frame on the cable, at least as many as were captured
 * @param frame the captured bytes, big-endian, from index 0 to its limit
 */
public record PcapRecord(long timeNs, int originalLengthBytes, ByteBuffer frame) {
    public PcapRecord {
        if (frame.position() != 0 || frame.limit() > originalLengthBytes) {
            throw new IllegalArgumentException(
                    "captured " + frame.limit() + " of " + originalLengthBytes + " bytes, from " + frame.position());
        }
    }
}
