// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.appliance;

import io.sluice.appliance.core.ApplianceMode;
import io.sluice.model.id.Ipv4SocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What an appliance is.
 *
 * @param listen where packets come to, and leave from
 * @param health where health checks are answered; null = nowhere
 * @param control where the control port is; null = nowhere
 * @param log file for what was seen; null = none
 * @param mode how it behaves at first
 */
public record ApplianceSettings(
        Ipv4SocketAddress listen,
        @Nullable Ipv4SocketAddress health,
        @Nullable Ipv4SocketAddress control,
        @Nullable Path log,
        ApplianceMode mode) {}
