// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

import io.sluice.model.id.EndpointId;
import java.util.Arrays;

/**
 * The direction-neutral, endpoint-scoped identity of a flow in six longs (F-1 … F-5).
 *
 * <p><b>Layout</b>, in words of 64 bits:
 *
 * <pre>
 *  0  endpoint id
 *  1  lower side, address bits 127..64 (IPv4: 0)
 *  2  lower side, address bits 63..0   (IPv4: the unsigned 32 bits)
 *  3  upper side, address bits 127..64
 *  4  upper side, address bits 63..0
 *  5  lower port (16) | upper port (16) | protocol (8) | IP version (4) | stickiness kind (4) | zero (16)
 * </pre>
 *
 * <p>The lower side is the one with the smaller (address, port), compared unsigned; with equal addresses the ports
 * decide. A field the stickiness kind leaves out is zero. So both directions of a flow give the same six words (F-4).
 *
 * <p>Arrays of keys hold {@link #WORDS} longs a flow, one after the other.
 */
public final class FlowKey {

    /** Longs in a key. */
    public static final int WORDS = 6;

    /** Word that holds the endpoint id. */
    public static final int ENDPOINT_WORD = 0;

    /** Word that holds ports, protocol, IP version and kind. */
    public static final int TRAITS_WORD = 5;

    private final long[] words;

    private FlowKey(long[] words) {
        this.words = words;
    }

    /** Copies a key out of an array of keys. */
    public static FlowKey copyOf(long[] keys, int firstWord) {
        return new FlowKey(Arrays.copyOfRange(keys, firstWord, firstWord + WORDS));
    }

    /** Packs ports, protocol, IP version and kind into word 5. */
    public static long traits(int lowerPort, int upperPort, int protocol, int ipVersion, Stickiness kind) {
        return (long) lowerPort << 48
                | (long) upperPort << 32
                | (long) protocol << 24
                | (long) ipVersion << 20
                | (long) kind.code() << 16;
    }

    /** Port of the lower side in word 5. */
    public static int lowerPort(long traits) {
        return (int) (traits >>> 48);
    }

    /** Port of the upper side in word 5. */
    public static int upperPort(long traits) {
        return (int) (traits >>> 32) & 0xFFFF;
    }

    /** IP protocol number in word 5; 0 for a 2-tuple. */
    public static int protocol(long traits) {
        return (int) (traits >>> 24) & 0xFF;
    }

    /** IP version in word 5: 4 or 6. */
    public static int ipVersion(long traits) {
        return (int) (traits >>> 20) & 0xF;
    }

    /** {@link Stickiness#code()} of the kind the key was made with, in word 5. */
    public static int kindCode(long traits) {
        return (int) (traits >>> 16) & 0xF;
    }

    /** Whether two keys, each somewhere in an array, are equal. */
    public static boolean equal(long[] a, int aFirst, long[] b, int bFirst) {
        return a[aFirst] == b[bFirst]
                && a[aFirst + 1] == b[bFirst + 1]
                && a[aFirst + 2] == b[bFirst + 2]
                && a[aFirst + 3] == b[bFirst + 3]
                && a[aFirst + 4] == b[bFirst + 4]
                && a[aFirst + 5] == b[bFirst + 5];
    }

    /** Writes the six words into an array of keys. */
    public void copyTo(long[] keys, int firstWord) {
        System.arraycopy(words, 0, keys, firstWord, WORDS);
    }

    /** One of the six words. */
    public long word(int index) {
        return words[index];
    }

    /** The endpoint the key is scoped to (F-5). */
    public EndpointId endpoint() {
        return new EndpointId(words[ENDPOINT_WORD]);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowKey key && Arrays.equals(words, key.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        long traits = words[TRAITS_WORD];
        return endpoint() + " " + Stickiness.ofCode(kindCode(traits)).text() + " protocol " + protocol(traits)
                + " "
                + InnerAddress.text(ipVersion(traits), words[1], words[2]) + " port " + lowerPort(traits) + " <-> "
                + InnerAddress.text(ipVersion(traits), words[3], words[4]) + " port " + upperPort(traits);
    }
}
