// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.output;

/** How flows are said to people. */
public final class FlowWords {

    private FlowWords() {}

    /** A protocol by its number in IP (IANA); 0 where it does not count. */
    public static String protocol(int number) {
        return switch (number) {
            case 0 -> "any";
            case 1 -> "icmp";
            case 6 -> "tcp";
            case 17 -> "udp";
            case 58 -> "icmpv6";
            default -> String.valueOf(number);
        };
    }

    /** An address with its port, where it has one. */
    public static String socket(String address, int port) {
        if (port == 0) {
            return address;
        }
        return address.indexOf(':') < 0 ? address + ":" + port : "[" + address + "]:" + port;
    }
}
