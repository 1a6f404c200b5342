// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.sharding;

/**
 * The shard that owns a pair of addresses: a symmetric hash of the two, modulo the number of shards.
 *
 * <pre>
 *   word(h, w)  = mix(h ^ w)                        mix: the 32-bit finaliser of MurmurHash3
 *   f(address)  = word(… word(seed, first word) …, last word)        1 word in IPv4, 4 in IPv6
 *   owner(a, b) = mix(f(a) + f(b)) mod shards
 * </pre>
 *
 * <p>Both directions of a flow have one owner, since addition commutes. Each address is mixed <em>before</em> it is added:
 * an exclusive or, or a sum, of the addresses themselves is the same for 10.0.0.1 → 10.1.0.2 and 10.0.0.2 → 10.1.0.1, so
 * regular address plans would fall on few shards. The result is mixed once more, so that the lowest bit of the sum alone
 * decides nothing. The seed is the process's own: who sends cannot choose a shard to overload.
 *
 * <p>32 bits, additions, multiplications and shifts only: a classic-BPF program can do the same sum in the kernel, where
 * there is nothing else.
 *
 * <p><b>Threading</b>: immutable. <b>Allocation</b>: none.
 */
public final class OwnerHash {

    /** Most shards of a node. */
    public static final int SHARDS_MAX = 64;

    static final int MULTIPLIER_1 = 0x85EB_CA6B;
    static final int MULTIPLIER_2 = 0xC2B2_AE35;
    static final int SHIFT_1 = 16;
    static final int SHIFT_2 = 13;
    static final int SHIFT_3 = 16;

    private final int shards;
    private final int seed;

    /**
     * @param shards how many there are, 1 to {@value #SHARDS_MAX}
     * @param seed secret of this process, the same for all its shards
     */
    public OwnerHash(int shards, int seed) {
        if (shards < 1 || shards > SHARDS_MAX) {
            throw new IllegalArgumentException(shards + " shards: expected 1 to " + SHARDS_MAX);
        }
        this.shards = shards;
        this.seed = seed;
    }

    /** How many shards there are. */
    public int shards() {
        return shards;
    }

    /** The process's seed. */
    int seed() {
        return seed;
    }

    /**
     * Owner of a pair of IPv4 addresses, in either order.
     *
     * @param one address, 10.0.0.1 = 0x0A000001
     * @param other address
     */
    public int ofIpv4(int one, int other) {
        return reduce(mix(seed ^ one) + mix(seed ^ other));
    }

    /**
     * Owner of a pair of IPv6 addresses, in either order.
     *
     * @param oneHigh first 64 bits of an address
     * @param oneLow its last 64 bits
     * @param otherHigh first 64 bits of the other
     * @param otherLow its last 64 bits
     */
    public int ofIpv6(long oneHigh, long oneLow, long otherHigh, long otherLow) {
        return reduce(ofIpv6(oneHigh, oneLow) + ofIpv6(otherHigh, otherLow));
    }

    private int ofIpv6(long high, long low) {
        int h = mix(seed ^ (int) (high >>> 32));
        h = mix(h ^ (int) high);
        h = mix(h ^ (int) (low >>> 32));
        return mix(h ^ (int) low);
    }

    private int reduce(int sum) {
        return Integer.remainderUnsigned(mix(sum), shards);
    }

    private static int mix(int word) {
        int h = (word ^ word >>> SHIFT_1) * MULTIPLIER_1;
        h = (h ^ h >>> SHIFT_2) * MULTIPLIER_2;
        return h ^ h >>> SHIFT_3;
    }
}
