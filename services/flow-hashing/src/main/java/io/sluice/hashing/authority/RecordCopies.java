// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A place where records are kept beside the memory of the authority: with other members, on disk ({@link CopyPlace}).
 *
 * <p><b>Threading</b>: called on an event loop, which it never blocks; its stages complete on any thread. Several calls may
 * be under way; two that name the same key take effect in the order in which they were made.
 */
public interface RecordCopies {

    /**
     * Keeps records, in place of what was kept of their keys.
     *
     * @return completes once they are kept so that what this promises to survive can be survived; exceptionally where some
     *     or all may not be
     */
    CompletionStage<?> write(List<FlowRecord> records);

    /**
     * Forgets what was kept of flows that ended, as they were remembered last.
     *
     * @return completes once they are forgotten; exceptionally where some or all may not be
     */
    CompletionStage<?> erase(List<FlowRecord> ended);
}
