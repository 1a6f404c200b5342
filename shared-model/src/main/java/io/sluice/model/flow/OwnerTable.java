// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.flow;

import io.sluice.model.id.NodeId;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which node decides about the flows of which partition now (architecture, section 5, "Flow set-up"); partitions are those
 * of {@link KeyPartition}.
 *
 * <p><b>Threading</b>: immutable.
 */
public final class OwnerTable {

    /** Nobody owns anything: the cluster is not joined, or has no member that keeps records. */
    public static final OwnerTable NOBODY = new OwnerTable(new Owner[0]);

    /**
     * A node that owns partitions.
     *
     * @param node which
     * @param membership tells this time of the node in the cluster from earlier ones: another once its process has started
     *     anew, or has lost the cluster and joined again; in the node's own table for each partition, another too once
     *     somebody else has owned it meanwhile
     */
    public record Owner(NodeId node, long membership) {}

    private final @Nullable Owner[] owners;

    private OwnerTable(@Nullable Owner[] owners) {
        this.owners = owners;
    }

    /** A table of the owners of all partitions; null for one that has none. */
    public static OwnerTable of(@Nullable Owner... owners) {
        return new OwnerTable(owners.clone());
    }

    /** One node owns all. */
    public static OwnerTable of(Owner owner, int partitions) {
        @Nullable Owner[] owners = new Owner[partitions];
        Arrays.fill(owners, owner);
        return new OwnerTable(owners);
    }

    /** Partitions there are; 0 where nobody owns anything. */
    public int partitions() {
        return owners.length;
    }

    /** Everybody who owns a partition. */
    public Set<Owner> owners() {
        return Arrays.stream(owners).filter(Objects::nonNull).collect(Collectors.toUnmodifiableSet());
    }

    /** A partition's owner, or null while it has none, as for some 100 ms after a member is lost. */
    public @Nullable Owner owner(int partition) {
        return owners[partition];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OwnerTable table && Arrays.equals(owners, table.owners);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(owners);
    }

    @Override
    public String toString() {
        return Arrays.toString(owners);
    }
}
