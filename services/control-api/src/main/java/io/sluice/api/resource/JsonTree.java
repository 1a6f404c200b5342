// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.sluice.api.InvalidDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as a tree of strings, numbers, booleans, nulls, lists and maps in their order, and merge patches (RFC 7396).
 *
 * <p>Nesting has a bound, and a key that is there twice is refused. <b>Threading</b>: pure functions.
 */
public final class JsonTree {

    /** The configuration needs 6. */
    private static final int DEPTH_MAX = 32;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEPTH_MAX).build())
            .build();

    private JsonTree() {}

    /**
     * Reads an object.
     *
     * @throws InvalidDocument where the bytes are no JSON object
     */
    public static Map<String, @Nullable Object> object(byte[] json) throws InvalidDocument {
        try (JsonParser parser = JSON.createParser(text(json))) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw invalid(1, "expected a JSON object");
            }
            Map<String, @Nullable Object> object = object(parser);
            if (parser.nextToken() != null) {
                throw invalid(
                        parser.currentTokenLocation().getLineNr(),
                        "something follows the JSON object: expected nothing");
            }
            return object;
        } catch (JsonProcessingException notJson) {
            int line = notJson.getLocation() == null ? 1 : notJson.getLocation().getLineNr();
            throw invalid(
                    Math.max(1, line),
                    "not JSON, or nested deeper than " + DEPTH_MAX
                            + " levels, or with a key twice: expected a JSON object in UTF-8");
        } catch (IOException notUtf8) {
            throw invalid(1, "not UTF-8: expected a JSON object in UTF-8");
        }
    }

    /** Jackson would take other encodings as well. */
    private static String text(byte[] utf8) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    }

    private static InvalidDocument invalid(int line, String detail) {
        return new InvalidDocument(List.of(new InvalidDocument.Problem(line, "", detail)));
    }

    private static Map<String, @Nullable Object> object(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            object.put(key, value(parser));
        }
        return object;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser));
                }
                yield list;
            }
            case VALUE_NUMBER_INT -> parser.getBigIntegerValue();
            case VALUE_NUMBER_FLOAT -> decimal(parser.getDecimalValue());
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> parser.getText();
        };
    }

    /** What is written with a fraction or an exponent stays so, and is no whole number: 6.081e3 is none where 6081.0 is none. */
    private static BigDecimal decimal(BigDecimal value) {
        return value.scale() == 0 ? value.setScale(1) : value;
    }

    /** The tree with a patch applied to it: neither argument is changed. */
    public static Map<String, @Nullable Object> merged(
            Map<String, ? extends @Nullable Object> tree, Map<String, ? extends @Nullable Object> patch) {
        Map<String, @Nullable Object> merged = new LinkedHashMap<>(tree);
        patch.forEach((key, value) -> {
            if (value == null) {
                merged.remove(key);
            } else if (value instanceof Map<?, ?> inner) {
                Object known = merged.get(key);
                merged.put(key, merged(known instanceof Map<?, ?> map ? named(map) : Map.of(), named(inner)));
            } else {
                merged.put(key, value);
            }
        });
        return merged;
    }

    private static Map<String, @Nullable Object> named(Map<?, ?> map) {
        Map<String, @Nullable Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }

    /** The tree as bytes. */
    public static byte[] bytes(Map<String, ? extends @Nullable Object> tree) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            write(json, tree);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(String.valueOf(entry.getKey()));
                    write(json, entry.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) {
                    write(json, element);
                }
                json.writeEndArray();
            }
            case Boolean flag -> json.writeBoolean(flag);
            case Number number -> json.writeNumber(number.toString());
            default -> json.writeString(value.toString());
        }
    }
}
