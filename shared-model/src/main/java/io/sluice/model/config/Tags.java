// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Words an operator hangs on a resource. They change nothing for packets.
 *
 * @param values by key, in the order of the keys, so that equal tags read the same; unmodifiable
 */
public record Tags(SortedMap<String, String> values) {

    /** Tags of one resource, at most. */
    public static final int COUNT_MAX = 50;

    /** Characters of a key, at most. */
    public static final int KEY_CHARACTERS_MAX = 128;

    /** Characters of a value, at most. */
    public static final int VALUE_CHARACTERS_MAX = 256;

    /** No tags. */
    public static final Tags NONE = new Tags(new TreeMap<>());

    private static final Pattern CHARACTERS = Pattern.compile("[\\p{L}\\p{Zs}\\p{N}_.:/=+@-]*");

    private static final String RESERVED = "aws:";

    /** Checks number, lengths and characters, keeps a copy. */
    public Tags {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        if (values.size() > COUNT_MAX) {
            throw new IllegalArgumentException(values.size() + " tags are too many: expected at most " + COUNT_MAX);
        }
        values.forEach((key, value) -> {
            requireKey(key);
            requireValue(value);
        });
    }

    /** Tags from a map in any order. */
    public static Tags of(Map<String, String> values) {
        return new Tags(new TreeMap<>(values));
    }

    /**
     * Checks a key.
     *
     * @throws IllegalArgumentException where it is none
     */
    public static void requireKey(String key) {
        requireText("tag key", key, 1, KEY_CHARACTERS_MAX);
        if (key.toLowerCase(Locale.ROOT).startsWith(RESERVED)) {
            throw new IllegalArgumentException(
                    "tag key '" + key + "' starts with " + RESERVED + ", which is reserved: expected another start");
        }
    }

    /**
     * Checks a value.
     *
     * @throws IllegalArgumentException where it is none
     */
    public static String requireValue(String value) {
        requireText("tag value", value, 0, VALUE_CHARACTERS_MAX);
        return value;
    }

    private static void requireText(String what, String text, int min, int max) {
        int characters = text.codePointCount(0, text.length());
        if (characters < min || characters > max || !CHARACTERS.matcher(text).matches()) {
            throw new IllegalArgumentException(what + " '" + text + "': expected " + min + " to " + max
                    + " letters, digits, spaces or _ . : / = + @ -");
        }
    }
}
