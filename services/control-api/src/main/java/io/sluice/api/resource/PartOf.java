// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Tags;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a resource has under one key, as a resource of its own by the same name: a load balancer's listener, anything's
 * tags. It is the whole resource that is replaced; keys of problems are those of the whole.
 *
 * @param <T> the whole
 * @param whole what it is a part of
 * @param key where it is there
 * @param shape what a reply looks like
 */
public record PartOf<T>(ResourceKind<T> whole, String key, Shape<T> shape) implements ResourceKind<T> {

    /** Makes a reply of a part. */
    public interface Shape<T> {

        /**
         * The reply, without its {@code etag}.
         *
         * @param element the whole
         * @param part the part
         */
        Map<String, Object> of(T element, Map<String, Object> part);
    }

    @Override
    public String kind() {
        return whole.kind();
    }

    @Override
    public String plural() {
        return whole.plural();
    }

    @Override
    public String nameKey() {
        return NO_NAME;
    }

    @Override
    public Set<String> readOnlyKeys() {
        return Set.of(whole.kind(), ETAG);
    }

    @Override
    public T read(byte[] fragment) throws InvalidDocument {
        throw new UnsupportedOperationException("a " + key + " is read for what has it");
    }

    @Override
    public T readFor(T before, byte[] fragment) throws InvalidDocument {
        Map<String, Object> tree = new LinkedHashMap<>(whole.editable(before));
        tree.put(key, JsonTree.object(fragment));
        return whole.read(JsonTree.bytes(tree));
    }

    @Override
    public Map<String, Object> write(T element) {
        Map<String, Object> part = new LinkedHashMap<>();
        if (whole.write(element).get(key) instanceof Map<?, ?> values) {
            values.forEach((name, value) -> part.put(String.valueOf(name), value));
        }
        return part;
    }

    @Override
    public Map<String, Object> shown(T element, View view) {
        Map<String, Object> shown = new LinkedHashMap<>(shape.of(element, write(element)));
        shown.put(ETAG, etag(element));
        return shown;
    }

    @Override
    public String name(T element) {
        return whole.name(element);
    }

    @Override
    public String canonical(String name) {
        return whole.canonical(name);
    }

    @Override
    public List<T> all(GatewayModel model) throws Refusal {
        return whole.all(model);
    }

    @Override
    public GatewayModel with(GatewayModel model, List<T> elements) {
        return whole.with(model, elements);
    }

    @Override
    public Tags tags(T element) {
        return whole.tags(element);
    }
}
