// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.id.NodeId;

/** A node's id as text. */
final class NodeIdCodec {

    private NodeIdCodec() {}

    static void write(WireWriter writer, String field, NodeId node) {
        writer.text(field, node.value(), WireLimits.ID_BYTES_MAX);
    }

    static NodeId read(WireReader reader, String field) {
        return new NodeId(reader.text(field, WireLimits.ID_BYTES_MAX));
    }
}
