// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

/** Takes some flows out of the arrays of a batch, by their places there. Stateless. */
public final class FlowParts {

    private FlowParts() {}

    /** Of an array of keys. */
    public static long[] keys(long[] keys, int[] flows) {
        long[] part = new long[flows.length * FlowKey.WORDS];
        for (int i = 0; i < flows.length; i++) {
            System.arraycopy(keys, flows[i] * FlowKey.WORDS, part, i * FlowKey.WORDS, FlowKey.WORDS);
        }
        return part;
    }

    /** Of an array with a value for each flow. */
    public static int[] ints(int[] values, int[] flows) {
        int[] part = new int[flows.length];
        for (int i = 0; i < flows.length; i++) {
            part[i] = values[flows[i]];
        }
        return part;
    }

    /** Of an array with a value for each flow. */
    public static long[] longs(long[] values, int[] flows) {
        long[] part = new long[flows.length];
        for (int i = 0; i < flows.length; i++) {
            part[i] = values[flows[i]];
        }
        return part;
    }

    /** Of an array with a value for each flow. */
    public static byte[] bytes(byte[] values, int[] flows) {
        byte[] part = new byte[flows.length];
        for (int i = 0; i < flows.length; i++) {
            part[i] = values[flows[i]];
        }
        return part;
    }
}
