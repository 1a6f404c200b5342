// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.flow.core;

/**
 * What {@link FlowExpiry} found. Called on the table's event loop, with a slot that is valid during the call only; the
 * table must not be changed from inside it.
 */
public interface FlowSweepListener {

    /** A flow's time is over; it is removed when this returns. */
    void expired(FlowTable table, int slot);

    /** The authority's record of a flow in use is half an idle timeout old; noted as told when this returns. */
    void refreshDue(FlowTable table, int slot);
}
