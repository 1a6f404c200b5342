// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** README shows of {@code observe} and {@code top} nothing but lines of {@code docs/screens.md}, which are real output. */
class ScreensTest {

    private static final Path README = Path.of("..", "..", "README.md");

    @Test
    void readmeShowsLinesThatWerePrinted() throws Exception {
        ScreensPage page = ScreensPage.read();
        List<List<String>> shown = ScreensPage.blocks(Files.readString(README));
        assertThat(shown).hasSize(2);
        assertThat(page.observed()).containsSubsequence(shown.get(0));
        assertThat(page.top()).containsSubsequence(shown.get(1));
        assertThat(ScreensPage.headings(shown.get(1))).isNotEmpty().isSubsetOf(ScreensPage.headings(page.top()));
    }

    @Test
    void aLineHasTheShapeOfItsWords() {
        assertThat(ScreensPage.shapes(List.of("2026-11-26T09:00:01Z  drop      12 packets no_target at gw-1")))
                .containsExactly("# drop # packets no_target at #");
        assertThat(ScreensPage.headings(List.of("flows 3", "TARGET  ZONE  SENT/s", "DROPPED FOR  PACKETS/s", "AZ1 a")))
                .containsExactly("TARGET ZONE SENT/s", "DROPPED FOR PACKETS/s");
    }
}
