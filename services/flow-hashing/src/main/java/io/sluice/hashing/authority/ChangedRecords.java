// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.flow.FlowRecord;
import java.util.BitSet;
import java.util.List;

/**
 * Records that are copied together.
 *
 * @param flows as they are when they are taken
 * @param unsent by their places, those that decide something the cluster has not been sent before: another pin, or that they
 *     count. Of others only a sign of life is newer. Not to be changed
 */
record ChangedRecords(List<FlowRecord> flows, BitSet unsent) {

    private static final ChangedRecords NONE = ofOthers(List.of());

    /** None at all. */
    static ChangedRecords none() {
        return NONE;
    }

    /** Records of flows that another decides about: what becomes of them is decided there. */
    static ChangedRecords ofOthers(List<FlowRecord> flows) {
        return new ChangedRecords(flows, new BitSet());
    }

    boolean isEmpty() {
        return flows.isEmpty();
    }

    int count() {
        return flows.size();
    }
}
