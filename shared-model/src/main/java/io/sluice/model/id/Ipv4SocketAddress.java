// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * An IPv4 address with a port.
 *
 * @param address the address
 * @param port 1-65535
 */
public record Ipv4SocketAddress(Ipv4Address address, int port) {

    /** Checks the port. */
    public Ipv4SocketAddress {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port + " is out of range: expected 1 to 65535");
        }
    }

    /**
     * Reads {@code address:port}.
     *
     * @throws IllegalArgumentException where the text is neither
     */
    public static Ipv4SocketAddress parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("'" + text + "' has no port: expected for example 10.0.0.1:6081");
        }
        return new Ipv4SocketAddress(Ipv4Address.parse(text.substring(0, colon)), parsePort(text, colon + 1));
    }

    /** Reads {@code address} or {@code address:port}; the port defaults to {@code defaultPort}. */
    public static Ipv4SocketAddress parse(String text, int defaultPort) {
        return text.indexOf(':') < 0 ? new Ipv4SocketAddress(Ipv4Address.parse(text), defaultPort) : parse(text);
    }

    private static int parsePort(String text, int from) {
        String digits = text.substring(from);
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("'" + text + "' has no port: expected for example 10.0.0.1:6081");
        }
        return Integer.parseInt(digits);
    }

    @Override
    public String toString() {
        return address + ":" + port;
    }
}
