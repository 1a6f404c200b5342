// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import io.sluice.api.core.Draining;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.id.Zone;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Prints a model as the document that {@link ModelReader} reads; what its parts say is in {@link FragmentTrees}. */
final class ModelWriter {

    private ModelWriter() {}

    /** The document of a model. */
    static String write(GatewayModel model) {
        return YamlText.of(tree(model));
    }

    /** The same as a tree. */
    static Map<String, Object> tree(GatewayModel model) {
        GatewayModel declared = Draining.declared(model);
        Map<String, Object> document = new LinkedHashMap<>();
        put(document, "zones", declared.zones(), Zone::name);
        put(document, "target-groups", declared.targetGroups(), FragmentTrees::of);
        put(document, "load-balancers", declared.loadBalancers(), FragmentTrees::of);
        put(document, "endpoint-services", declared.endpointServices(), FragmentTrees::of);
        put(document, "endpoints", declared.endpoints(), FragmentTrees::of);
        return document;
    }

    private static <T> void put(Map<String, Object> document, String key, List<T> elements, Function<T, ?> tree) {
        if (!elements.isEmpty()) {
            document.put(key, elements.stream().map(tree).toList());
        }
    }
}
