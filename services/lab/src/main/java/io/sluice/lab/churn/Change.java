// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.churn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A request to the admin port that is valid, and what the configuration is after it.
 *
 * @param kind of change, for the count
 * @param method HTTP
 * @param path with query
 * @param body JSON; null for none
 * @param after the document then
 */
record Change(
        String kind, String method, String path, @Nullable JsonNode body, ObjectNode after) {

    @Override
    public String toString() {
        return kind + ": " + method + " " + path + (body == null || body.size() > 6 ? "" : " " + body);
    }
}
