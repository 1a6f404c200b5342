// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node.config;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Prints trees of mappings, lists and single values as YAML: long mappings in lines, short ones and lists of words in one. */
final class YamlText {

    /** Entries of a mapping in one line, at most. */
    private static final int IN_LINE_MAX = 4;

    /** Words that need no quotes in any YAML, unless they are among those that some YAML takes for something else. */
    private static final Pattern PLAIN =
            Pattern.compile("[A-Za-z][A-Za-z0-9_.-]*|[0-9]+m?s|[235]-tuple|[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");

    private static final Set<String> NOT_PLAIN =
            Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n", "inf", "nan");

    private final StringBuilder text = new StringBuilder();

    private YamlText() {}

    /** The text of a document. */
    static String of(Map<String, ?> document) {
        if (document.isEmpty()) {
            return "{}\n";
        }
        YamlText yaml = new YamlText();
        yaml.mapping(document, "", "");
        return yaml.text.toString();
    }

    private void mapping(Map<String, ?> mapping, String firstIndent, String indent) {
        String before = firstIndent;
        for (Map.Entry<String, ?> entry : mapping.entrySet()) {
            text.append(before).append(word(entry.getKey())).append(':');
            value(entry.getValue(), indent);
            before = indent;
        }
    }

    private void value(Object value, String indent) {
        if (value instanceof Map<?, ?> mapping && !inLine(mapping)) {
            text.append('\n');
            mapping(keyed(mapping), indent + "  ", indent + "  ");
        } else if (value instanceof List<?> list && !list.stream().allMatch(YamlText::single)) {
            text.append('\n');
            for (Object element : list) {
                text.append(indent).append("  - ");
                if (element instanceof Map<?, ?> mapping && !inLine(mapping)) {
                    mapping(keyed(mapping), "", indent + "    ");
                } else {
                    text.append(line(element)).append('\n');
                }
            }
        } else {
            text.append(' ').append(line(value)).append('\n');
        }
    }

    private static Map<String, Object> keyed(Map<?, ?> mapping) {
        return mapping.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> String.valueOf(entry.getKey()),
                        Map.Entry::getValue,
                        (one, other) -> one,
                        LinkedHashMap::new));
    }

    private static boolean single(Object value) {
        return !(value instanceof Map) && !(value instanceof Collection);
    }

    private static boolean inLine(Map<?, ?> mapping) {
        return mapping.size() <= IN_LINE_MAX && mapping.values().stream().allMatch(YamlText::single);
    }

    private static String line(Object value) {
        return switch (value) {
            case Map<?, ?> mapping ->
                mapping.entrySet().stream()
                        .map(entry -> word(String.valueOf(entry.getKey())) + ": " + line(entry.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            case List<?> list -> list.stream().map(YamlText::line).collect(Collectors.joining(", ", "[", "]"));
            case String word -> word(word);
            default -> value.toString();
        };
    }

    /** A text, in quotes where something else could be read in it. */
    private static String word(String word) {
        return PLAIN.matcher(word).matches() && !NOT_PLAIN.contains(word.toLowerCase(Locale.ROOT))
                ? word
                : '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
