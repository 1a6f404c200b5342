// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

/** Hears how far the copies of records are behind. Called on the authority's event loop, once a batch. */
public interface CopyWatch {

    /**
     * Records are kept elsewhere from now on.
     *
     * @param lagMs how long ago the first of them changed, at most
     */
    void copied(int records, long lagMs);

    /** Records could not be copied; they will be tried again. */
    void failed(int records, Throwable cause);
}
