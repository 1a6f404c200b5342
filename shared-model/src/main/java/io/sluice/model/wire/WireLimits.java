// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.GatewayModel;

/** The most of everything that one message may carry; writers refuse more, readers refuse before they allocate. */
final class WireLimits {

    /** Bytes of one message, its version byte included. */
    static final int MESSAGE_BYTES_MAX = 64 << 20;

    /** Flows of a batch that has no limit of its own, and targets one message names. */
    static final int BATCH_MAX = 65_536;

    /** Entries of a list in the model: groups, balancers, endpoints, zones. */
    static final int MODEL_LIST_MAX = GatewayModel.LIST_MAX;

    /** Targets one prober or codec reports: in each zone its own. */
    static final int REPORT_MAX = 262_144;

    /** Roles of a node. */
    static final int ROLES_MAX = 32;

    /** Counters of a node by place or reason. */
    static final int COUNTERS_MAX = 1_024;

    /** UTF-8 bytes of a role or the name of a counter. */
    static final int WORD_BYTES_MAX = 128;

    /** UTF-8 bytes of an id: ids are ASCII and have 64 characters at most. */
    static final int ID_BYTES_MAX = 64;

    /** UTF-8 bytes of a tag's key of 128 characters. */
    static final int TAG_KEY_BYTES_MAX = 4 * 128;

    /** UTF-8 bytes of a tag's value of 256 characters. */
    static final int TAG_VALUE_BYTES_MAX = 4 * 256;

    /** UTF-8 bytes of a health-check path of 1,024 characters. */
    static final int PATH_BYTES_MAX = 3 * 1_024;

    private WireLimits() {}
}
