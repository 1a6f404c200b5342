// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.hashing.authority;

import io.sluice.model.config.EndpointPaths;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Listener;
import java.util.Arrays;

/**
 * The TCP idle timeout of each endpoint's flows, as its load balancer's listener has it (F-10).
 *
 * <p><b>Threading</b>: immutable.
 */
final class IdleTimeouts {

    private final long[] endpointIds;
    private final long[] timeoutsMs;

    /** Of all endpoints of a configuration. */
    IdleTimeouts(GatewayModel model) {
        EndpointPaths paths = new EndpointPaths(model);
        endpointIds = model.endpoints().stream()
                .mapToLong(endpoint -> endpoint.id().value())
                .sorted()
                .toArray();
        timeoutsMs = new long[endpointIds.length];
        model.endpoints()
                .forEach(endpoint ->
                        timeoutsMs[
                                Arrays.binarySearch(endpointIds, endpoint.id().value())] = paths.loadBalancer(endpoint)
                                .map(balancer -> balancer.listener().tcpIdleTimeoutMs())
                                .orElse(Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS));
    }

    /** Of an endpoint; the default where it is not known. */
    long tcpMs(long endpointId) {
        int at = Arrays.binarySearch(endpointIds, endpointId);
        return at < 0 ? Listener.TCP_IDLE_TIMEOUT_DEFAULT_MS : timeoutsMs[at];
    }
}
