// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records;

/**
 * Records that may not have been kept, and why, in one sentence. An operating failure: no stack trace, cheap to make by
 * the thousand.
 */
public final class NotKeptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What may not have been kept is what was asked to be. */
    public NotKeptException(String reason) {
        super(reason, null, false, false);
    }
}
