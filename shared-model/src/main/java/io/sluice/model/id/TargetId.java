// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.id;

/**
 * Names a target inside its group: for target type {@code ip} its address in text.
 *
 * @param value 1-64 printable characters without white space
 */
public record TargetId(String value) implements Comparable<TargetId> {

    /** Checks length and characters. */
    public TargetId {
        if (value.isEmpty() || value.length() > 64 || !value.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException(
                    "'" + value + "' is no target id: expected 1 to 64 printable characters");
        }
    }

    @Override
    public int compareTo(TargetId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
