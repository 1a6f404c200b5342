// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.ConfigRevision;
import io.sluice.model.message.ConfigChanged;

/** Number, author, the whole model. */
final class ConfigChangedCodec extends WireCodec<ConfigChanged> {

    private static final int VERSION = 1;

    ConfigChangedCodec() {
        super(ConfigChanged.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, ConfigChanged message) {
        ConfigRevision revision = message.revision();
        writer.i64(revision.number());
        NodeIdCodec.write(writer, "author", revision.author());
        GatewayModelCodec.write(writer, revision.model());
    }

    @Override
    ConfigChanged readFields(WireReader reader, int foundVersion) {
        return new ConfigChanged(new ConfigRevision(
                reader.i64("number"), NodeIdCodec.read(reader, "author"), GatewayModelCodec.read(reader)));
    }
}
