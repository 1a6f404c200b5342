// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * An IPv4 address of the outer network, which is always IPv4 (W-1).
 *
 * @param bits the address in network order: 10.0.0.1 is 0x0A000001
 */
public record Ipv4Address(int bits) {

    private static final int LOOPBACK_NET = 127;

    /**
     * Reads dotted-quad text; no host name is ever resolved.
     *
     * @throws IllegalArgumentException where the text is no IPv4 address
     */
    public static Ipv4Address parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            throw notAnAddress(text);
        }
        int bits = 0;
        for (String part : parts) {
            if (part.isEmpty() || part.length() > 3 || !part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                throw notAnAddress(text);
            }
            int octet = Integer.parseInt(part);
            if (octet > 255) {
                throw notAnAddress(text);
            }
            bits = bits << 8 | octet;
        }
        return new Ipv4Address(bits);
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException("'" + text + "' is no IPv4 address: expected for example 10.0.0.1");
    }

    /** Whether only this host reaches it (127.0.0.0/8). */
    public boolean isLoopback() {
        return bits >>> 24 == LOOPBACK_NET;
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 0xFF) + "." + (bits >>> 8 & 0xFF) + "." + (bits & 0xFF);
    }
}
