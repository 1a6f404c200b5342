// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.message;

import io.sluice.model.flow.FlowKey;

/** Takes some flows out of the arrays of a batch. */
final class FlowParts {

    private FlowParts() {}

    static long[] keys(long[] keys, int[] flows) {
        long[] part = new long[flows.length * FlowKey.WORDS];
        for (int i = 0; i < flows.length; i++) {
            System.arraycopy(keys, flows[i] * FlowKey.WORDS, part, i * FlowKey.WORDS, FlowKey.WORDS);
        }
        return part;
    }

    static int[] ints(int[] values, int[] flows) {
        int[] part = new int[flows.length];
        for (int i = 0; i < flows.length; i++) {
            part[i] = values[flows[i]];
        }
        return part;
    }

    static long[] longs(long[] values, int[] flows) {
        long[] part = new long[flows.length];
        for (int i = 0; i < flows.length; i++) {
            part[i] = values[flows[i]];
        }
        return part;
    }

    static byte[] bytes(byte[] values, int[] flows) {
        byte[] part = new byte[flows.length];
        for (int i = 0; i < flows.length; i++) {
            part[i] = values[flows[i]];
        }
        return part;
    }
}
