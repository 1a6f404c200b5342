// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.api.ResourceFragments;
import io.sluice.model.config.Admission;
import io.sluice.model.config.Endpoint;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Tags;
import io.sluice.model.id.EndpointId;
import io.sluice.model.id.Zone;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Endpoints, with their state in the words of the API (E-6).
 *
 * @param fragments reads and writes them
 */
public record Endpoints(ResourceFragments fragments) implements ResourceKind<Endpoint> {

    @Override
    public String kind() {
        return "endpoint";
    }

    @Override
    public String plural() {
        return "endpoints";
    }

    @Override
    public String nameKey() {
        return "id";
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of("state", ETAG);
    }

    @Override
    public Endpoint read(byte[] fragment) throws InvalidDocument {
        return fragments.endpoint(fragment);
    }

    @Override
    public Map<String, Object> write(Endpoint element) {
        return fragments.write(element);
    }

    @Override
    public String name(Endpoint element) {
        return element.id().toString();
    }

    @Override
    public String canonical(String name) {
        try {
            return EndpointId.parse(name).toString();
        } catch (IllegalArgumentException none) {
            return name;
        }
    }

    /** One that leaves the decision out is content with any. */
    @Override
    public boolean isSame(Endpoint there, Endpoint wanted) {
        return wanted.admission() == Admission.UNDECIDED
                ? editable(there).equals(editable(wanted))
                : write(there).equals(write(wanted));
    }

    /** What was decided stays only where the edit leaves what it was decided about (E-3). */
    @Override
    public Map<String, Object> editable(Endpoint element) {
        Map<String, Object> tree = new LinkedHashMap<>(write(element));
        tree.remove("connection");
        return tree;
    }

    @Override
    public List<Endpoint> all(GatewayModel model) {
        return model.endpoints();
    }

    @Override
    public GatewayModel with(GatewayModel model, List<Endpoint> elements) {
        return model.withEndpoints(elements);
    }

    @Override
    public void show(Endpoint element, View view, Map<String, Object> shown) {
        shown.put("state", state(element, view));
    }

    @Override
    public boolean isIn(Endpoint element, Zone zone, View view) {
        return element.zone().equals(zone);
    }

    @Override
    public String state(Endpoint element, View view) {
        return view.paths().admission(element).endpointState();
    }

    @Override
    public Tags tags(Endpoint element) {
        return element.tags();
    }
}
