// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.cli.command.resource;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A key of a resource that has an option of its own.
 *
 * @param option the option, {@code --cross-zone}
 * @param key where its value goes: keys separated by slashes, {@code listener/target-group}
 * @param kind what its value is
 * @param description for the help
 */
record Key(String option, String key, Kind kind, String description) {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

    /** What a value is. */
    enum Kind {
        /** Any text. */
        TEXT("VALUE"),
        /** A number where it looks like one: the gateway says what it wants. */
        NUMBER("NUMBER"),
        /** True or false. */
        SWITCH("true|false"),
        /** Values separated by commas, or the option several times. */
        LIST("VALUE"),
        /** {@code key=value}, or the option several times. */
        MAP("KEY=VALUE");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    static Key text(String option, String key, String description) {
        return new Key(option, key, Kind.TEXT, description);
    }

    static Key number(String option, String key, String description) {
        return new Key(option, key, Kind.NUMBER, description);
    }

    static Key flag(String option, String key, String description) {
        return new Key(option, key, Kind.SWITCH, description);
    }

    static Key list(String option, String key, String description) {
        return new Key(option, key, Kind.LIST, description);
    }

    static Key tags() {
        return new Key("--tag", "tags", Kind.MAP, "A word of your own; may be given several times.");
    }

    /** The option as picocli wants it. */
    OptionSpec spec() {
        OptionSpec.Builder builder =
                OptionSpec.builder(option).paramLabel(kind.label).description(description);
        return switch (kind) {
            case TEXT, NUMBER -> builder.type(String.class).build();
            case SWITCH -> builder.type(Boolean.class).arity("1").build();
            case LIST ->
                builder.type(List.class)
                        .auxiliaryTypes(String.class)
                        .splitRegex(",")
                        .build();
            case MAP ->
                builder.type(Map.class)
                        .auxiliaryTypes(String.class, String.class)
                        .build();
        };
    }

    /** Puts the option's value to its place in a resource's body. */
    void put(ObjectNode body, Object value) {
        ObjectNode place = body;
        String[] path = key.split("/", -1);
        for (int i = 0; i < path.length - 1; i++) {
            place = place.withObjectProperty(path[i]);
        }
        String last = path[path.length - 1];
        switch (value) {
            case Boolean flag -> place.put(last, flag);
            case List<?> elements -> {
                ArrayNode list = place.putArray(last);
                elements.forEach(element -> list.add(String.valueOf(element)));
            }
            case Map<?, ?> entries -> {
                ObjectNode map = place.withObjectProperty(last);
                entries.forEach((name, text) -> map.put(String.valueOf(name), String.valueOf(text)));
            }
            default -> {
                String text = String.valueOf(value);
                if (kind == Kind.NUMBER && WHOLE_NUMBER.matcher(text).matches()) {
                    place.put(last, Long.parseLong(text));
                } else {
                    place.put(last, text);
                }
            }
        }
    }
}
