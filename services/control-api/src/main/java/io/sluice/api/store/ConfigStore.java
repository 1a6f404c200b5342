// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.store;

/** All that a process with the role {@code control-api} keeps. Closing it waits for what is being written. */
public interface ConfigStore extends RevisionStore, TokenStore, AutoCloseable {

    /**
     * Reads everything that is kept and checks it; may take seconds.
     *
     * @throws StoreUnavailable naming what is damaged
     */
    void verify() throws StoreUnavailable;

    @Override
    void close();
}
