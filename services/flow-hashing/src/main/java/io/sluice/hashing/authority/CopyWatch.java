// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

/** Hears how far the copies of records are behind. Called on the authority's event loop, once a batch. */
public interface CopyWatch {

    /**
     * Records are kept in a place from now on.
     *
     * @param lagMs how long ago the first of them changed, at most
     */
    void copied(CopyPlace place, int records, long lagMs);

    /** Records could not be copied; they will be tried again. */
    void failed(CopyPlace place, int records, Throwable cause);

    /** Flows that ended could not be erased; they will be tried again, unless too many wait. */
    void notErased(CopyPlace place, int flows, Throwable cause);

    /** Records wait to be copied, or for an answer. Told at each turn. */
    void waiting(CopyPlace place, int records);
}
