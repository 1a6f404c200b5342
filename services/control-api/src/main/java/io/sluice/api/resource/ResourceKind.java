// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import io.sluice.api.InvalidDocument;
import io.sluice.model.config.GatewayModel;
import io.sluice.model.config.Tags;
import io.sluice.model.id.Zone;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One kind of resource: an element of a list in the model, which has a name there and a fragment of the document.
 *
 * <p><b>Threading</b>: pure functions of immutable values, from any thread.
 *
 * @param <T> a resource
 */
public interface ResourceKind<T> {

    /** Key of every reply that has the resource's {@code ETag}. */
    String ETAG = "etag";

    /** {@link #nameKey} of what does not have its name in its fragment. */
    String NO_NAME = "";

    /** What one is called, in the words of plans. */
    String kind();

    /** Key of a list of them. */
    String plural();

    /** Key that has the name in a fragment; {@link #NO_NAME} where it is not there. */
    String nameKey();

    /** Keys of {@link #show} that a fragment does not have: they may be sent back. */
    Set<String> readOnlyKeys();

    /** Whether there may be nothing to say of one but its name. */
    default boolean isBodyOptional() {
        return false;
    }

    /** Reads a fragment. */
    T read(byte[] fragment) throws InvalidDocument;

    /** Reads a fragment that replaces another one. */
    default T readFor(T before, byte[] fragment) throws InvalidDocument {
        return read(fragment);
    }

    /** The fragment, every key, in order. */
    Map<String, Object> write(T element);

    /** The fragment that an edit starts from: what must be decided anew when something else changes is not in it. */
    default Map<String, Object> editable(T element) {
        return write(element);
    }

    /** Whether to create one where the other is there changes nothing. */
    default boolean isSame(T there, T wanted) {
        return write(there).equals(write(wanted));
    }

    /** Its name. */
    String name(T element);

    /** A name as {@link #name} would say it; what is no name stays as it is. */
    default String canonical(String name) {
        return name;
    }

    /**
     * All of them in a model, in its order.
     *
     * @throws Refusal where what they belong to is not there
     */
    List<T> all(GatewayModel model) throws Refusal;

    /** The model with these in the place of its own. */
    GatewayModel with(GatewayModel model, List<T> elements);

    /** Adds the read-only keys to a reply. */
    default void show(T element, View view, Map<String, Object> shown) {}

    /** The reply: the fragment, and the read-only keys. */
    default Map<String, Object> shown(T element, View view) {
        Map<String, Object> shown = new LinkedHashMap<>(write(element));
        show(element, view, shown);
        shown.put(ETAG, etag(element));
        return shown;
    }

    /** A name as {@link io.sluice.model.config.InvalidModelException} says it. */
    default String nameInModel(String name) {
        return canonical(name);
    }

    /** What keeps one from being deleted, in words; empty where nothing does. */
    default List<String> users(T element, View view) {
        return List.of();
    }

    /**
     * Checks a replacement beyond what the model checks.
     *
     * @throws Refusal where it must not be
     */
    default void checkReplacement(T before, T after, View view) throws Refusal {}

    /** Whether it is in a zone, or enabled there. */
    default boolean isIn(T element, Zone zone, View view) {
        return false;
    }

    /** Its state in its own words; empty where it has none. */
    default String state(T element, View view) {
        return "";
    }

    /** Its tags. */
    default Tags tags(T element) {
        return Tags.NONE;
    }

    /** The one of that name. */
    default Optional<T> find(GatewayModel model, String name) throws Refusal {
        String wanted = canonical(name);
        return all(model).stream()
                .filter(element -> name(element).equals(wanted))
                .findFirst();
    }

    /** The model with one added, or in the place of the one of its name. */
    default GatewayModel put(GatewayModel model, T element) throws Refusal {
        List<T> elements = new ArrayList<>(all(model));
        for (int index = 0; index < elements.size(); index++) {
            if (name(elements.get(index)).equals(name(element))) {
                elements.set(index, element);
                return with(model, elements);
            }
        }
        elements.add(element);
        return with(model, elements);
    }

    /** The model without the one of that name. */
    default GatewayModel remove(GatewayModel model, String name) throws Refusal {
        String wanted = canonical(name);
        return with(
                model,
                all(model).stream()
                        .filter(element -> !name(element).equals(wanted))
                        .toList());
    }

    /** Says whether it has changed: a digest of its fragment, in quotes. */
    default String etag(T element) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(JsonTree.bytes(write(element)));
            return "\"d" + HexFormat.of().formatHex(digest, 0, 8) + '"';
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** A fragment's bytes for {@link #read}: what a client sent, with its name and without the keys that only we write. */
    default byte[] fragment(byte[] sent, String name) {
        if (sent.length == 0) {
            return isBodyOptional() ? JsonTree.bytes(Map.of(nameKey(), name)) : sent;
        }
        try {
            var tree = JsonTree.object(sent);
            boolean changed = tree.keySet().removeAll(readOnlyKeys());
            changed |= !name.isEmpty() && !nameKey().equals(NO_NAME) && tree.putIfAbsent(nameKey(), name) == null;
            return changed ? JsonTree.bytes(tree) : sent;
        } catch (InvalidDocument noJson) {
            // YAML, or nothing at all: the reader says which, with the line
            return sent;
        }
    }
}
