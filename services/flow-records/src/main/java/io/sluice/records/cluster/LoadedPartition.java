// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.records.cluster;

import io.sluice.model.flow.FlowRecord;
import java.util.List;

/**
 * The records of a partition, as the member that owned it had them.
 *
 * @param partition which
 * @param records those that can be read
 * @param unreadable how many cannot
 * @param owned whether this member owned the partition all the time; where not, the records may not be all
 */
public record LoadedPartition(int partition, List<FlowRecord> records, int unreadable, boolean owned) {

    /** Keeps a copy. */
    public LoadedPartition {
        records = List.copyOf(records);
    }
}
