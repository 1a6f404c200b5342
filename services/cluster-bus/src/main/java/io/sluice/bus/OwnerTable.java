// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.bus;

import io.sluice.model.id.NodeId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which node owns which partition of the flow records now, and how often that has changed.
 *
 * <p><b>Threading</b>: immutable.
 */
public final class OwnerTable {

    /** Nobody owns anything: the cluster is not joined, or has no member that keeps records. */
    public static final OwnerTable NOBODY = new OwnerTable(0);

    private final @Nullable NodeId[] owners;
    private final long version;

    private OwnerTable(long version, @Nullable NodeId... owners) {
        this.version = version;
        this.owners = owners;
    }

    /**
     * A table.
     *
     * @param version rises with each change of any owner as this process sees it; 0 before the first
     * @param owners for each partition its owner, null while it has none
     */
    public static OwnerTable of(long version, @Nullable NodeId[] owners) {
        return new OwnerTable(version, owners.clone());
    }

    /** Partitions there are; 0 where nobody owns anything. */
    public int partitions() {
        return owners.length;
    }

    /** A partition's owner, or null while it has none, as for some 100 ms after a member is lost. */
    public @Nullable NodeId owner(int partition) {
        return owners[partition];
    }

    /** How often an owner has changed. */
    public long version() {
        return version;
    }

    /** Whether the owners are the same, whatever the version. */
    public boolean sameOwners(OwnerTable other) {
        return Arrays.equals(owners, other.owners);
    }
}
