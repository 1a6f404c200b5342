// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * Names a gateway node; unique in its cluster.
 *
 * @param value 1-64 letters, digits, dots, underscores or hyphens
 */
public record NodeId(String value) implements Comparable<NodeId> {

    /** Checks length and characters. */
    public NodeId {
        if (!value.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "'" + value + "' is no node id: expected 1 to 64 letters, digits, dots, underscores or hyphens");
        }
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
