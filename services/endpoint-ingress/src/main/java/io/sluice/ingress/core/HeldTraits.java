// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

/**
 * What has to be known of a held packet when it is released, in one long.
 *
 * <pre>
 *  63..48 protocol type | 47..32 TCP payload bytes | 31..16 attachment | 15..8 TCP flags | 7..1 zero | 0 from lower
 * </pre>
 */
final class HeldTraits {

    private HeldTraits() {}

    static long pack(int protocolType, int tcpFlags, int tcpPayloadBytes, int attachment, boolean fromLower) {
        return (long) protocolType << 48
                | (long) (tcpPayloadBytes & 0xFFFF) << 32
                | (long) attachment << 16
                | (long) (tcpFlags & 0xFF) << 8
                | (fromLower ? 1 : 0);
    }

    static int protocolType(long traits) {
        return (int) (traits >>> 48);
    }

    static int tcpPayloadBytes(long traits) {
        return (int) (traits >>> 32) & 0xFFFF;
    }

    static int attachment(long traits) {
        return (int) (traits >>> 16) & 0xFFFF;
    }

    static int tcpFlags(long traits) {
        return (int) (traits >>> 8) & 0xFF;
    }

    static boolean fromLower(long traits) {
        return (traits & 1) != 0;
    }
}
