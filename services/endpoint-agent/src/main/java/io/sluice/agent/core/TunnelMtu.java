// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.agent.core;

/**
 * How long an inner packet may be, given the path to the gateway.
 *
 * <p>The leg from the agent costs 36 bytes, but the one from the gateway to the appliance costs
 * {@value #APPLIANCE_LEG_BYTES} (outer IPv4 20, UDP 8, GENEVE 8, options 32), and both legs are taken to have one MTU:
 * the dearer leg decides. 1500 outside is 1432 inside, 8568 is 8500.
 */
public final class TunnelMtu {

    /** Bytes that the dearer leg adds to an inner packet. */
    public static final int APPLIANCE_LEG_BYTES = 68;

    /** Every IPv4 host takes a packet of this size (RFC 791). IPv6 asks for 1280. */
    public static final int MIN = 576;

    /** What a gateway load balancer carries. */
    public static final int MAX = 8500;

    private TunnelMtu() {}

    /** True where a device of this endpoint may have this MTU. */
    public static boolean isValid(int mtuBytes) {
        return mtuBytes >= MIN && mtuBytes <= MAX;
    }

    /**
     * The MTU of the device for a path, at most {@value #MAX}.
     *
     * @param pathMtuBytes the MTU of the path towards the gateway
     * @return less than {@value #MIN} where the path is too narrow: check with {@link #isValid}
     */
    public static int forPath(int pathMtuBytes) {
        return Math.min(MAX, pathMtuBytes - APPLIANCE_LEG_BYTES);
    }
}
