// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.testkit;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The part of JSON that golden files use: objects, strings without escapes, integers, truths. Anything else is refused.
 *
 * <p>So that the testkit needs no JSON library and every room can use it.
 */
final class FlatJson {
    private static final int DEPTH_MAX = 8;

    private final String text;
    private int at;

    private FlatJson(String text) {
        this.text = text;
    }

    /** The one value of a document: a map, {@link String}, {@link Long} or {@link Boolean}. */
    static Object parse(String text) {
        FlatJson json = new FlatJson(text);
        Object value = json.value(0);
        json.skipSpace();
        if (json.at != text.length()) {
            throw json.unexpected("end");
        }
        return value;
    }

    /** A parsed value as an object. */
    @SuppressWarnings("unchecked") // parse makes no other maps than of strings to values
    static Map<String, Object> object(Object value) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, Object>) map;
        }
        throw new IllegalArgumentException("not an object: " + value);
    }

    private Object value(int depth) {
        skipSpace();
        char first = peek();
        if (first == '{') {
            if (depth == DEPTH_MAX) {
                throw unexpected("at most " + DEPTH_MAX + " nested objects");
            }
            return members(depth + 1);
        }
        if (first == '"') {
            return string();
        }
        int start = at;
        while (at < text.length() && (Character.isLetterOrDigit(peek()) || peek() == '-')) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            default -> {
                if (!word.matches("-?[0-9]{1,18}")) {
                    throw unexpected("an object, string, integer or truth");
                }
                yield Long.parseLong(word);
            }
        };
    }

    private Map<String, Object> members(int depth) {
        Map<String, Object> members = new LinkedHashMap<>();
        expect('{');
        skipSpace();
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            skipSpace();
            String name = string();
            skipSpace();
            expect(':');
            if (members.put(name, value(depth)) != null) {
                throw unexpected("one member " + name);
            }
            skipSpace();
            if (peek() == '}') {
                at++;
                return members;
            }
            expect(',');
        }
    }

    private String string() {
        expect('"');
        int end = text.indexOf('"', at);
        if (end < 0 || text.substring(at, end).indexOf('\\') >= 0) {
            throw unexpected("a string without escapes");
        }
        String string = text.substring(at, end);
        at = end + 1;
        return string;
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw unexpected("'" + wanted + "'");
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw unexpected("more");
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException("expected " + wanted + " at character " + at);
    }
}
