// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TagsTest {

    private static Map<String, String> tags(int count) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = count; i > 0; i--) {
            tags.put("key-" + i, "v");
        }
        return tags;
    }

    @Test
    void keepsTheMostThereMayBe() {
        Map<String, String> most = tags(Tags.COUNT_MAX - 1);
        most.put("ü".repeat(128), "/ _.:=+@- 漢" + "x".repeat(245));
        assertThat(Tags.of(most).values()).hasSize(50).isEqualTo(most);
        assertThat(Tags.of(Map.of("k", "")).values()).containsEntry("k", "");
    }

    @Test
    void readsTheSameInWhateverOrderTheyAreGiven() {
        Map<String, String> one = new LinkedHashMap<>();
        one.put("b", "2");
        one.put("a", "1");
        assertThat(Tags.of(one)).isEqualTo(Tags.of(Map.of("a", "1", "b", "2")));
        assertThat(Tags.of(one).values().keySet()).containsExactly("a", "b");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                arguments("51 tags", tags(51), "51 tags are too many: expected at most 50"),
                arguments("no key", Map.of("", "v"), "tag key ''"),
                arguments("a long key", Map.of("k".repeat(129), "v"), "expected 1 to 128 letters"),
                arguments("a long value", Map.of("k", "v".repeat(257)), "expected 0 to 256 letters"),
                arguments(
                        "a reserved key", Map.of("aws:x", "v"), "tag key 'aws:x' starts with aws:, which is reserved"),
                arguments("a reserved key in capitals", Map.of("AWS:x", "v"), "which is reserved"),
                arguments("a line break", Map.of("k", "a\nb"), "tag value 'a"),
                arguments("a quote", Map.of("k\"", "v"), "letters, digits, spaces or _ . : / = + @ -"),
                arguments("half a character", Map.of("k", "\uD800"), "tag value"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrong")
    void refuses(String what, Map<String, String> values, String message) {
        assertThatIllegalArgumentException()
                .as(what)
                .isThrownBy(() -> Tags.of(values))
                .withMessageContaining(message);
    }
}
