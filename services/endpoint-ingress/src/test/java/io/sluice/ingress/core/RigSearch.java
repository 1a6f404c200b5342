// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.metric.DropReason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The way from one {@link ShardRig} to the next, without a ring: a return that is passed on is there at once. */
final class RigSearch implements ReturnSearch {

    /** The verdicts that returns were passed on with. */
    final List<DropReason> passed = new ArrayList<>();

    /** Whether there is no room. */
    boolean full;

    private ShardRig next;
    private int others;

    /** From now on there are so many other shards, this one the next. */
    void next(ShardRig rig, int otherShards) {
        next = rig;
        others = otherShards;
    }

    @Override
    public int otherShards() {
        return others;
    }

    @Override
    public boolean pass(
            ByteBuffer from,
            int innerOffset,
            int innerLengthBytes,
            int protocolType,
            long endpointId,
            int flowCookie,
            int outerSourceAddress,
            DropReason verdict,
            int shardsLeft,
            long trail) {
        if (full) {
            return false;
        }
        passed.add(verdict);
        int slot = next.slab.acquire();
        int offset = next.slab.dataStart(slot);
        next.slab.memory().put(offset, from, innerOffset, innerLengthBytes);
        next.shard
                .returns()
                .onStray(
                        slot,
                        offset,
                        innerLengthBytes,
                        protocolType,
                        endpointId,
                        flowCookie,
                        outerSourceAddress,
                        verdict,
                        shardsLeft,
                        trail);
        return true;
    }
}
