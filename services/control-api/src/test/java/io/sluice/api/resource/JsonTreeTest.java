// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.api.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.InvalidDocument;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTreeTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String merged(String tree, String patch) throws InvalidDocument {
        return new String(
                JsonTree.bytes(JsonTree.merged(JsonTree.object(utf8(tree)), JsonTree.object(utf8(patch)))),
                StandardCharsets.UTF_8);
    }

    /** The cases of RFC 7396, appendix A, that are about objects. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":\"b\"}|{\"a\":\"c\"}|{\"a\":\"c\"}",
                "{\"a\":\"b\"}|{\"b\":\"c\"}|{\"a\":\"b\",\"b\":\"c\"}",
                "{\"a\":\"b\"}|{\"a\":null}|{}",
                "{\"a\":\"b\",\"b\":\"c\"}|{\"a\":null}|{\"b\":\"c\"}",
                "{\"a\":[\"b\"]}|{\"a\":\"c\"}|{\"a\":\"c\"}",
                "{\"a\":\"c\"}|{\"a\":[\"b\"]}|{\"a\":[\"b\"]}",
                "{\"a\":{\"b\":\"c\"}}|{\"a\":{\"b\":\"d\",\"c\":null}}|{\"a\":{\"b\":\"d\"}}",
                "{\"a\":[{\"b\":\"c\"}]}|{\"a\":[1]}|{\"a\":[1]}",
                "{\"e\":null}|{\"a\":1}|{\"e\":null,\"a\":1}",
                "{}|{\"a\":{\"bb\":{\"ccc\":null}}}|{\"a\":{\"bb\":{}}}"
            })
    void mergesAsTheRfcSays(String tree, String patch, String expected) throws InvalidDocument {
        assertThat(merged(tree, patch)).isEqualTo(expected);
    }

    @Test
    void keepsValuesAsTheyAre() throws InvalidDocument {
        String json = "{\"a\":[true,false,null,-7,1.50,\"x\\\"\\u0001\"],\"b\":{\"c\":12345678901234567890}}";
        assertThat(new String(JsonTree.bytes(JsonTree.object(utf8(json))), StandardCharsets.UTF_8))
                .isEqualTo(json);
    }

    /** The reader of the document takes digits for a whole number, and nothing else. */
    @ParameterizedTest
    @CsvSource({"6.081e3, 6081.0", "2e0, 2.0", "2.0, 2.0", "1e5, 1E+5", "1e999999999, 1E+999999999"})
    void aNumberWithAnExponentStaysWithoutDigitsAlone(String written, String kept) throws InvalidDocument {
        assertThat(new String(JsonTree.bytes(JsonTree.object(utf8("{\"a\":" + written + "}"))), StandardCharsets.UTF_8))
                .isEqualTo("{\"a\":" + kept + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "null",
                "{",
                "{\"a\":}",
                "{\"a\":1}x",
                "{} {}",
                "{\"a\":1,\"a\":2}",
                "name: x",
                "{\"a\":NaN}",
                "{'a':1}"
            })
    void refusesWhatIsNoObject(String json) {
        InvalidDocument refused = catchThrowableOfType(InvalidDocument.class, () -> JsonTree.object(utf8(json)));
        assertThat(refused.problems()).hasSize(1);
        assertThat(refused.problems().getFirst().detail()).contains("expected");
    }

    @Test
    void refusesWhatIsNestedTooDeeplyOrNoUtf8() {
        byte[] deep = utf8("{\"a\":".repeat(100_000));
        byte[] latin = {'{', '"', (byte) 0xE9, '"', ':', '1', '}'};
        assertThat(catchThrowableOfType(InvalidDocument.class, () -> JsonTree.object(deep))
                        .problems())
                .hasSize(1);
        assertThat(catchThrowableOfType(InvalidDocument.class, () -> JsonTree.object(latin))
                        .problems())
                .hasSize(1);
    }
}
