// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.ingress.core;

import io.sluice.model.flow.FlowKey;
import io.sluice.model.flow.KeyPartition;
import io.sluice.model.flow.OwnerTable;
import io.sluice.model.id.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts a batch of flows by who decides about them. Stateless. */
public final class OwnerParts {

    private OwnerParts() {}

    /**
     * Flows of one batch that one node decides about.
     *
     * @param owner the node; null where nobody decides about them now
     * @param flows their places in the batch, rising
     */
    @SuppressWarnings("ArrayRecordComponent") // read at once, compared by nobody
    public record Part(@Nullable NodeId owner, int[] flows) {}

    /** A part while it is gathered. */
    private static final class Gathered {

        private final @Nullable NodeId owner;
        private final int[] flows;
        private int count;

        Gathered(@Nullable NodeId owner, int flowsMax) {
            this.owner = owner;
            this.flows = new int[flowsMax];
        }
    }

    /**
     * The parts of a batch, each with at least one flow.
     *
     * @param owners who decides about what
     * @param keys {@link FlowKey#WORDS} longs for each flow
     */
    public static List<Part> of(OwnerTable owners, long[] keys) {
        int flows = keys.length / FlowKey.WORDS;
        List<Gathered> parts = new ArrayList<>();
        for (int flow = 0; flow < flows; flow++) {
            NodeId owner = owner(owners, keys, flow * FlowKey.WORDS);
            Gathered part = find(parts, owner);
            if (part == null) {
                part = new Gathered(owner, flows - flow);
                parts.add(part);
            }
            part.flows[part.count++] = flow;
        }
        return parts.stream()
                .map(part -> new Part(part.owner, Arrays.copyOf(part.flows, part.count)))
                .toList();
    }

    private static @Nullable NodeId owner(OwnerTable owners, long[] keys, int firstWord) {
        if (owners.partitions() == 0) {
            return null;
        }
        OwnerTable.Owner owner = owners.owner(KeyPartition.of(keys, firstWord, owners.partitions()));
        return owner == null ? null : owner.node();
    }

    /** A handful of owners at most. */
    private static @Nullable Gathered find(List<Gathered> parts, @Nullable NodeId owner) {
        for (Gathered part : parts) {
            if (owner == null ? part.owner == null : owner.equals(part.owner)) {
                return part;
            }
        }
        return null;
    }
}
