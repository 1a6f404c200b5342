// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.NodeStatus;

/** Node, boot, its roles, the revision it works with. */
final class NodeStatusCodec extends WireCodec<NodeStatus> {

    private static final int VERSION = 1;

    NodeStatusCodec() {
        super(NodeStatus.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, NodeStatus message) {
        NodeIdCodec.write(writer, "node", message.node());
        writer.i64(message.bootId());
        writer.list("roles", message.roles(), WireLimits.ROLES_MAX, NodeStatusCodec::writeRole);
        writer.i64(message.configRevision());
    }

    @Override
    NodeStatus readFields(WireReader reader, int foundVersion) {
        return new NodeStatus(
                NodeIdCodec.read(reader, "node"),
                reader.i64("boot id"),
                reader.list("roles", WireLimits.ROLES_MAX, Short.BYTES, NodeStatusCodec::readRole),
                reader.i64("config revision"));
    }

    private static void writeRole(WireWriter writer, String role) {
        writer.text("role", role, WireLimits.WORD_BYTES_MAX);
    }

    private static String readRole(WireReader reader) {
        return reader.text("role", WireLimits.WORD_BYTES_MAX);
    }
}
