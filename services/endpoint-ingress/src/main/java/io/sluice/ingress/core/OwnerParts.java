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
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Parts a batch of flows by who decides about them. Stateless. */
public final class OwnerParts {

    private OwnerParts() {}

    /**
     * Flows of one batch that one node decides about.
     *
     * @param <B> the batch
     * @param owner the node; null where nobody decides about them now
     * @param flows their places in the batch, rising
     * @param batch of these flows alone
     */
    @SuppressWarnings("ArrayRecordComponent") // read at once, compared by nobody
    public record Part<B>(@Nullable NodeId owner, int[] flows, B batch) {}

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
     * @param batch the batch; is the part itself where there is but one
     * @param partOf takes some flows out of it, by their places
     */
    public static <B> List<Part<B>> of(OwnerTable owners, long[] keys, B batch, BiFunction<B, int[], B> partOf) {
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
        boolean whole = parts.size() == 1;
        List<Part<B>> made = new ArrayList<>(parts.size());
        for (Gathered part : parts) {
            int[] places = Arrays.copyOf(part.flows, part.count);
            made.add(new Part<>(part.owner, places, whole ? batch : partOf.apply(batch, places)));
        }
        return made;
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
            if (Objects.equals(owner, part.owner)) {
                return part;
            }
        }
        return null;
    }
}
