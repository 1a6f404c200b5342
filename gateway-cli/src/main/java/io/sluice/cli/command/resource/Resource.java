// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import io.sluice.cli.client.Call;
import io.sluice.cli.output.Column;
import java.util.List;

/**
 * A kind of thing that a gateway has.
 *
 * @param words what people call it, {@code load balancer}
 * @param label what names one on the command line: {@code NAME}, or {@code GROUP/TARGET} for one inside another
 * @param collection route of all, without the first slash; empty where there is none
 * @param item route of one; {@code {}} stands for each part of its name
 * @param listKey key of the elements in a list
 * @param idKey key of its name in a body; empty where its body has none
 * @param columns a table's columns
 * @param keys keys with options of their own
 * @param filters parameters that a list takes
 */
record Resource(
        String words,
        String label,
        String collection,
        String item,
        String listKey,
        String idKey,
        List<Column> columns,
        List<Key> keys,
        List<String> filters) {

    Resource {
        columns = List.copyOf(columns);
        keys = List.copyOf(keys);
        filters = List.copyOf(filters);
    }

    /** Whether a name has as many parts as the route wants. */
    boolean names(String id) {
        String[] parts = id.split("/", -1);
        for (String part : parts) {
            if (part.isEmpty()) {
                return false;
            }
        }
        return parts.length == label.split("/", -1).length;
    }

    /** The route of one. */
    String path(String id) {
        String path = item;
        for (String part : id.split("/", -1)) {
            int place = path.indexOf("{}");
            path = path.substring(0, place) + Call.encoded(part) + path.substring(place + 2);
        }
        return path;
    }
}
