// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * {@code docs/screens.md}: what two commands printed.
 *
 * @param observed lines of events
 * @param top lines of the picture
 */
record ScreensPage(List<String> observed, List<String> top) {

    /** Where it is. */
    static final Path PAGE = Path.of("..", "..", "docs", "screens.md");

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```text\n(.*?)^```$");
    private static final Pattern WORD_WITH_DIGIT = Pattern.compile("\\S*[0-9]\\S*");
    private static final Pattern HEADING = Pattern.compile("[A-Z]{3,}[A-Z/s ]*");

    static ScreensPage read() throws IOException {
        List<List<String>> blocks = blocks(Files.readString(PAGE));
        return new ScreensPage(blocks.get(0), blocks.get(1));
    }

    /** What the {@code text} blocks of a page show. */
    static List<List<String>> blocks(String page) {
        return BLOCK.matcher(page)
                .results()
                .map((MatchResult block) -> block.group(1).lines().toList())
                .toList();
    }

    static void write(List<String> observed, List<String> top) throws IOException {
        Files.writeString(PAGE, """
                # Screens

                What two commands print, of a gateway on a real network with traffic. `./sluice screens` writes this page anew; a test
                fails when today's output has another shape.

                `./sluice observe`, while flows open, a segment belongs to no flow, one flow is reset, a target fails and recovers, and the
                configuration changes:

                ```text
                %s
                ```

                `./sluice top`, while 200 flows of two spokes pass:

                ```text
                %s
                ```
                """.formatted(
                        String.join("\n", observed), String.join("\n", top).stripTrailing()));
    }

    /** Lines with everything that has a digit in it taken out, and blanks counted as one. */
    static Set<String> shapes(List<String> lines) {
        return lines.stream()
                .map(line -> WORD_WITH_DIGIT
                        .matcher(line)
                        .replaceAll("#")
                        .replaceAll("\\s+", " ")
                        .strip())
                .collect(Collectors.toSet());
    }

    /** Words above columns. */
    static List<String> headings(List<String> lines) {
        return lines.stream()
                .filter(line -> HEADING.matcher(line).matches())
                .map(line -> line.replaceAll(" +", " "))
                .toList();
    }
}
