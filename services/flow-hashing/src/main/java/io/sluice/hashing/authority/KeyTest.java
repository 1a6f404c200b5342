// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

/** A question about a key that lies somewhere in an array of keys. */
interface KeyTest {

    /**
     * The answer.
     *
     * @param keys holds the six words of the key
     * @param firstWord where they begin
     */
    boolean test(long[] keys, int firstWord);
}
