// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML mapping being read key by key: every problem is recorded with line and whole key, and reading goes on with the
 * default.
 *
 * <p>After the last key {@link #finish()} refuses what nobody asked for.
 */
final class YamlMapping {

    /** Reads one element of a list; null where a part of it cannot be read. */
    interface ElementReader<T> {
        @Nullable
        T read(YamlMapping element);
    }

    private static final Map<String, Boolean> FLAGS = Map.of("true", true, "false", false);

    private final String path;
    private final Node node;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();

    YamlMapping(String path, Node node, Problems problems) {
        this.path = path;
        this.node = node;
        this.problems = problems;
        if (!(node instanceof MappingNode mapping)) {
            problems.add(node, path, "expected keys and values, found " + kind(node));
            return;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                problems.add(tuple.getKeyNode(), path, "expected a word as key, found " + kind(tuple.getKeyNode()));
            } else if (keys.putIfAbsent(key.getValue(), key) != null) {
                problems.add(key, keyPath(key.getValue()), "this key is there twice: expected once");
            } else {
                values.put(key.getValue(), tuple.getValueNode());
            }
        }
    }

    private static String kind(Node node) {
        return switch (node) {
            case MappingNode mapping -> "keys and values";
            case SequenceNode sequence -> "a list";
            case ScalarNode scalar when scalar.getValue().isEmpty() -> "nothing";
            case ScalarNode scalar -> "'" + scalar.getValue() + "'";
            default -> "something else";
        };
    }

    private String keyPath(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /** Whether the key's value is a list, if only an empty one. */
    boolean isList(String key) {
        return values.get(key) instanceof SequenceNode;
    }

    /** Elements of the key's list; 0 where it has none. */
    int length(String key) {
        return values.get(key) instanceof SequenceNode sequence
                ? sequence.getValue().size()
                : 0;
    }

    /** Problems of the whole file so far. */
    int problemCount() {
        return problems.count();
    }

    /** Makes what all the keys stand for, if wanted; null, and a problem of the mapping, where the maker refuses. */
    <T> @Nullable T whole(Supplier<T> maker, boolean wanted) {
        if (!wanted) {
            return null;
        }
        try {
            return maker.get();
        } catch (IllegalArgumentException refused) {
            problem("", String.valueOf(refused.getMessage()));
            return null;
        }
    }

    /** Makes a record when all its parts could be read; what it refuses is a problem of the mapping. */
    <T> @Nullable T make(int problemsBefore, Supplier<T> maker) {
        return whole(maker, problemCount() == problemsBefore);
    }

    /** The default of a key that is absent, which may not be possible either. */
    <T> T defaulted(String key, Supplier<T> maker, T otherwise) {
        asked.add(key);
        try {
            return maker.get();
        } catch (IllegalArgumentException refused) {
            problem(key, "this key is absent, and its default does not do: " + refused.getMessage());
            return otherwise;
        }
    }

    /** Records a problem of a key's value, or of the mapping where the key is absent. */
    void problem(String key, String message) {
        Node value = values.get(key);
        problems.add(value == null ? node : value, key.isEmpty() ? path : keyPath(key), message);
    }

    /** Refuses keys of the documented language that this release does not have. */
    void notYet(String... names) {
        for (String name : names) {
            refuse(name, "not available yet in this release: remove the key");
        }
    }

    /** Refuses a key, where it is there. */
    void refuse(String name, String message) {
        if (values.remove(name) != null) {
            Node key = keys.get(name);
            problems.add(key == null ? node : key, keyPath(name), message);
        }
    }

    /** A list that is longer than anything can hold is a problem. */
    void lengthAtMost(String key, int max) {
        if (length(key) > max) {
            problem(key, length(key) + " are too many: expected at most " + max);
        }
    }

    /** A list that has fewer elements than it needs is a problem. */
    void lengthAtLeast(String key, int min) {
        if (length(key) < min) {
            problem(key, length(key) + " are given: expected at least " + min);
        }
    }

    private @Nullable Node take(String key) {
        asked.add(key);
        return values.get(key);
    }

    /** A required value, read by a parser whose {@link IllegalArgumentException} says what would be valid. */
    <T extends @Nullable Object> T require(String key, Function<String, ? extends T> parser, T standIn) {
        if (take(key) == null) {
            problems.add(node, keyPath(key), "this key is required");
            return standIn;
        }
        return optional(key, parser, standIn);
    }

    /** An optional value. */
    <T extends @Nullable Object> T optional(String key, Function<String, ? extends T> parser, T otherwise) {
        Node value = take(key);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof ScalarNode scalar)) {
            problems.add(value, keyPath(key), "expected a single value, found " + kind(value));
            return otherwise;
        }
        try {
            return parser.apply(scalar.getValue());
        } catch (IllegalArgumentException invalid) {
            problems.add(value, keyPath(key), String.valueOf(invalid.getMessage()));
            return otherwise;
        }
    }

    int integer(String key, int otherwise, int min, int max) {
        return optional(key, text -> YamlValues.integer(text, min, max), otherwise);
    }

    long durationMs(String key, long otherwiseMs, long minMs, long maxMs) {
        return optional(key, text -> YamlValues.durationMs(text, minMs, maxMs), otherwiseMs);
    }

    /** One of some words, each standing for a value. */
    <T> T choice(String key, Map<String, T> choices, T otherwise, String... notYet) {
        return optional(key, text -> YamlValues.choice(text, choices, notYet), otherwise);
    }

    /** A nested mapping; null where the key is absent. */
    @Nullable
    YamlMapping mapping(String key) {
        Node value = take(key);
        return value == null ? null : new YamlMapping(keyPath(key), value, problems);
    }

    /** A list of mappings; empty where the key is absent. */
    List<YamlMapping> mappings(String key) {
        List<YamlMapping> list = new ArrayList<>();
        for (Node element : elements(key)) {
            list.add(new YamlMapping(keyPath(key) + "[" + list.size() + "]", element, problems));
        }
        return list;
    }

    /** What a list of mappings stands for, without those that could not be read; each is finished here. */
    <T> List<T> elements(String key, ElementReader<T> reader) {
        List<T> list = new ArrayList<>();
        for (YamlMapping element : mappings(key)) {
            T read = reader.read(element);
            if (read != null) {
                list.add(read);
            }
            element.finish();
        }
        return list;
    }

    /** True or false. */
    boolean flag(String key, boolean otherwise) {
        return choice(key, FLAGS, otherwise);
    }

    /** A key with one value in this release: that one is taken, the others are refused as not available yet. */
    void only(String key, String value, String... notYet) {
        choice(key, Map.of(value, value), value, notYet);
    }

    /** A list of single values, read by a parser; empty where the key is absent. */
    <T> List<T> values(String key, Function<String, T> parser) {
        List<T> list = new ArrayList<>();
        Set<T> seen = new HashSet<>();
        int index = 0;
        for (Node element : elements(key)) {
            String elementPath = keyPath(key) + "[" + index++ + "]";
            if (!(element instanceof ScalarNode scalar)) {
                problems.add(element, elementPath, "expected a single value, found " + kind(element));
                continue;
            }
            try {
                T value = parser.apply(scalar.getValue());
                if (!seen.add(value)) {
                    problems.add(element, elementPath, "'" + scalar.getValue() + "' is there twice: expected once");
                }
                list.add(value);
            } catch (IllegalArgumentException invalid) {
                problems.add(element, elementPath, String.valueOf(invalid.getMessage()));
            }
        }
        return list;
    }

    /** A mapping of free words to single values, in file order; empty where the key is absent. */
    <T> Map<String, T> table(String key, Function<String, T> parser) {
        Map<String, T> table = new LinkedHashMap<>();
        YamlMapping mapping = mapping(key);
        if (mapping != null) {
            for (String word : mapping.values.keySet()) {
                T value = mapping.<@Nullable T>optional(word, parser, null);
                if (value != null) {
                    table.put(word, value);
                }
            }
        }
        return table;
    }

    private List<Node> elements(String key) {
        Node value = take(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof SequenceNode sequence)) {
            problems.add(value, keyPath(key), "expected a list, found " + kind(value));
            return List.of();
        }
        return sequence.getValue();
    }

    /** Refuses every key that nobody asked for. */
    void finish() {
        for (Map.Entry<String, Node> entry : keys.entrySet()) {
            if (values.containsKey(entry.getKey()) && !asked.contains(entry.getKey())) {
                problems.add(
                        entry.getValue(),
                        keyPath(entry.getKey()),
                        "unknown key: expected one of " + String.join(", ", asked));
            }
        }
    }
}
