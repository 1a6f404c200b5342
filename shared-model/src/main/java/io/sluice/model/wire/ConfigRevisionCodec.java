// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.ConfigRevision;
import org.jspecify.annotations.Nullable;

/** Number, author, ancestors, the whole model. */
final class ConfigRevisionCodec {

    private ConfigRevisionCodec() {}

    static void write(WireWriter writer, ConfigRevision revision) {
        writer.i64(revision.number());
        NodeIdCodec.write(writer, "author", revision.author());
        writer.list("ancestors", revision.ancestors(), ConfigRevision.ANCESTORS_MAX, ConfigRevisionCodec::writeDigest);
        GatewayModelCodec.write(writer, revision.model());
    }

    static ConfigRevision read(WireReader reader) {
        return new ConfigRevision(
                reader.i64("number"),
                NodeIdCodec.read(reader, "author"),
                reader.list("ancestors", ConfigRevision.ANCESTORS_MAX, Short.BYTES, ConfigRevisionCodec::readDigest),
                GatewayModelCodec.read(reader));
    }

    /** A revision that may be missing: a flag before it. */
    static void writeOptional(WireWriter writer, @Nullable ConfigRevision revision) {
        writer.flag(revision != null);
        if (revision != null) {
            write(writer, revision);
        }
    }

    static @Nullable ConfigRevision readOptional(WireReader reader, String field) {
        return reader.flag(field) ? read(reader) : null;
    }

    private static void writeDigest(WireWriter writer, String digest) {
        writer.text("ancestor", digest, WireLimits.WORD_BYTES_MAX);
    }

    private static String readDigest(WireReader reader) {
        return reader.text("ancestor", WireLimits.WORD_BYTES_MAX);
    }
}
