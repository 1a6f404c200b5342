// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.message.ConfigChanged;

/** The revision. */
final class ConfigChangedCodec extends WireCodec<ConfigChanged> {

    private static final int VERSION = 1;

    ConfigChangedCodec() {
        super(ConfigChanged.class, VERSION);
    }

    @Override
    void writeFields(WireWriter writer, ConfigChanged message) {
        ConfigRevisionCodec.write(writer, message.revision());
    }

    @Override
    ConfigChanged readFields(WireReader reader, int foundVersion) {
        return new ConfigChanged(ConfigRevisionCodec.read(reader));
    }
}
