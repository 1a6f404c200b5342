// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.wire;

import io.sluice.model.config.Tags;
import java.util.TreeMap;

/** Tags in the order of their keys. */
final class TagsCodec {

    private TagsCodec() {}

    static void write(WireWriter writer, Tags tags) {
        writer.count("tags", tags.values().size(), Tags.COUNT_MAX);
        tags.values().forEach((key, value) -> {
            writer.text("tag key", key, WireLimits.TAG_KEY_BYTES_MAX);
            writer.text("tag value", value, WireLimits.TAG_VALUE_BYTES_MAX);
        });
    }

    static Tags read(WireReader reader) {
        TreeMap<String, String> values = new TreeMap<>();
        int count = reader.count("tags", Tags.COUNT_MAX, 2 * Short.BYTES);
        for (int i = 0; i < count; i++) {
            String key = reader.text("tag key", WireLimits.TAG_KEY_BYTES_MAX);
            if (!values.isEmpty() && key.compareTo(values.lastKey()) <= 0) {
                throw reader.wrong("'" + key + "' after '" + values.lastKey() + "': expected keys in order, each once");
            }
            values.put(key, reader.text("tag value", WireLimits.TAG_VALUE_BYTES_MAX));
        }
        return new Tags(values);
    }
}
