// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.lab.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that need not be kept. */
class ContentTest {

    private static byte[] whole(Content content) {
        byte[] bytes = new byte[(int) content.lengthBytes()];
        content.fill(bytes, bytes.length, 0);
        return bytes;
    }

    @Test
    void anyPartIsMadeAloneAsItIsInTheWhole() {
        Content content = new Content(7, 1_000);
        byte[] whole = whole(content);
        byte[] part = new byte[100];
        for (int position = 0; position <= 900; position += 8) {
            content.fill(part, part.length, position);
            assertThat(part).isEqualTo(Arrays.copyOfRange(whole, position, position + 100));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> content.fill(part, 1, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 16_383, 16_384, 16_385, 300_001})
    void checksumIsThatOfItsBytes(int lengthBytes) throws NoSuchAlgorithmException {
        Content content = new Content(42, lengthBytes);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(whole(content));
        assertThat(content.sha256()).isEqualTo(HexFormat.of().formatHex(digest));
    }

    @Test
    void otherSeedsMakeOtherBytes() {
        assertThat(new Content(1, 64).sha256()).isNotEqualTo(new Content(2, 64).sha256());
    }
}
