// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import java.util.HexFormat;

/** Packets as a gateway sends them, written out by hand: the sheet's worked example (1.4) and what follows from it. */
public final class Packets {

    public static final String HEADER_V4 = "0800080000000000";
    public static final String HEADER_V6 = "080086dd00000000";
    public static final String ENDPOINT = "01080102a1b2c3d4e5f60718";
    public static final String ATTACHMENT = "010802020000000000000000";
    public static final String COOKIE = "01080301c0ffee01";
    public static final String OPTIONS = ENDPOINT + ATTACHMENT + COOKIE;

    /** SYN 10.20.0.5:40000 to 203.0.113.10:443. */
    public static final String SYN =
            "45000028123440003f06e3780a140005cb00710a" + "9c4001bb01020304000000005002faf0cccc0000";

    /** SYN-ACK of the same flow. */
    public static final String SYN_ACK =
            "4500002800004000320602adcb00710a0a140005" + "01bb9c400a0b0c0d010203045012ffffb1940000";

    /** UDP 2001:db8::1:40000 to 2001:db8::2:53, 4 bytes of payload. */
    public static final String UDP6 = "60000000000c1140" + "20010db8000000000000000000000001"
            + "20010db8000000000000000000000002" + "9c400035000c000001020304";

    public static final String SYN_PACKET = HEADER_V4 + OPTIONS + SYN;
    public static final String SYN_ACK_PACKET = HEADER_V4 + OPTIONS + SYN_ACK;
    public static final String UDP6_PACKET = HEADER_V6 + OPTIONS + UDP6;

    private Packets() {}

    public static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    public static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
