// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

import java.util.List;

/**
 * Keeps tokens. Names are unique.
 *
 * <p><b>Threading</b>: any thread but an event loop; calls may wait for the disk.
 */
public interface TokenStore {

    /** All tokens, in order of their names. */
    List<TokenRecord> tokens() throws StoreUnavailable;

    /** Keeps a new token, or the newer form of one, with its entry in the audit. */
    void put(TokenRecord token, AuditEntry entry) throws StoreUnavailable;

    /** Notes that a token was used: nothing for the audit. */
    void touch(TokenRecord token) throws StoreUnavailable;

    /** Removes a token, with its entry in the audit. */
    void remove(String name, AuditEntry entry) throws StoreUnavailable;
}
