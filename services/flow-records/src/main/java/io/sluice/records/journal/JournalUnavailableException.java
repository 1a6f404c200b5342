// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.journal;

/**
 * A journal that cannot be used, and why, in one sentence that says what to do. No record in it was changed. The node can
 * go on without one: what it knew of its flows is then learned again.
 */
public final class JournalUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    JournalUnavailableException(String reason) {
        super(reason);
    }

    JournalUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
