// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.config.GatewayModel;
import io.sluice.model.health.DataPathVerdict;
import io.sluice.model.metric.DropReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a shard does about the paths through targets: one shard of a node probes them ({@link DataPathProbes}), the others
 * tell it what falls silent ({@link SilenceReports}).
 *
 * <p><b>Threading</b>: confined to the shard's event loop.
 */
public interface PathWatch {

    /** Takes over what is to be watched, after the directory took over the model. */
    void update(GatewayModel model);

    /**
     * To be called every few milliseconds; the caller flushes the path.
     *
     * @param nowMs any clock that does not run backwards
     * @param listener told of each verdict that changes
     */
    void tick(long nowMs, VerdictListener listener);

    /** What is said of every path, where there is anything to say. */
    List<DataPathVerdict> verdicts();

    /**
     * Takes what a target returned with endpoint id {@value DataPathProbes#ENDPOINT_ID}.
     *
     * <p><b>Ownership</b>: borrows the bytes. <b>Errors</b>: none; what is no answer is the caller's to drop.
     *
     * @param innerOffset absolute offset of the inner packet in the slab
     * @param innerLengthBytes bytes from there to the end of the datagram
     * @param protocolType of the inner packet
     * @param nonce option 3
     * @param sourceAddress who sent it
     * @param localAddress address of the node it came to
     * @return why it must be dropped; null where it was one and has been counted
     */
    @Nullable
    DropReason answer(
            int innerOffset, int innerLengthBytes, int protocolType, int nonce, int sourceAddress, int localAddress);
}
