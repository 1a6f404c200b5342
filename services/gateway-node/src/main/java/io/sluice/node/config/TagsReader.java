// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.model.config.Tags;
import java.util.Map;

/** The {@code tags} of a resource. */
final class TagsReader {

    private TagsReader() {}

    /** The tags; none where they cannot be read, which then is a problem. */
    static Tags read(YamlMapping resource) {
        Map<String, String> values = resource.table("tags", Tags::requireValue);
        try {
            return Tags.of(values);
        } catch (IllegalArgumentException refused) {
            resource.problem("tags", String.valueOf(refused.getMessage()));
            return Tags.NONE;
        }
    }
}
