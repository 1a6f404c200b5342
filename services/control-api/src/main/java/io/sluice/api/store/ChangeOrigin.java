// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

/**
 * Whose doing a change is.
 *
 * @param who a token's name, {@code anonymous@<address>} where none was needed, or {@code node:<id>}
 * @param act what was done, in a few words: {@code apply}, {@code rollback to 7}, {@code drained}
 */
public record ChangeOrigin(String who, String act) {}
