// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.geneve.core;

import io.sluice.model.metric.DropReason;
import io.sluice.packet.DecodeStatus;

/** Which reason a packet that cannot be decoded is dropped for. */
public final class DecodeDrops {

    private DecodeDrops() {}

    /**
     * The reason that stands for a status.
     *
     * @throws IllegalArgumentException for {@link DecodeStatus#OK}, which is no reason
     */
    public static DropReason reason(DecodeStatus status) {
        return switch (status) {
            case GENEVE_TRUNCATED -> DropReason.GENEVE_TRUNCATED;
            case GENEVE_VERSION -> DropReason.GENEVE_VERSION;
            case GENEVE_OPTIONS_OVERRUN, GENEVE_OPTION_LENGTHS -> DropReason.GENEVE_OPTIONS_OVERRUN;
            case GENEVE_CRITICAL_OPTION_UNKNOWN -> DropReason.GENEVE_CRITICAL_OPTION_UNKNOWN;
            case GENEVE_CONTROL -> DropReason.GENEVE_CONTROL;
            case GENEVE_PROTOCOL_TYPE -> DropReason.GENEVE_PROTOCOL_TYPE;
            case INNER_VERSION_MISMATCH -> DropReason.INNER_VERSION_MISMATCH;
            case INNER_TRUNCATED -> DropReason.INNER_TRUNCATED;
            case INNER_MALFORMED, INNER_EXTENSION_HEADERS -> DropReason.INNER_MALFORMED;
            case OPTION_MISSING -> DropReason.OPTION_MISSING;
            case OPTION_LENGTH -> DropReason.OPTION_LENGTH;
            case OPTION_DUPLICATE -> DropReason.OPTION_DUPLICATE;
            case OK -> throw new IllegalArgumentException("a decoded packet has no reason to be dropped");
        };
    }
}
