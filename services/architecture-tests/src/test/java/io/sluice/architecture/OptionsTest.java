// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No option without a test that sees packets change by it. */
class OptionsTest {

    private static final String CONTRACT = """
            components:
              schemas:
                Configuration:
                  type: object
                  properties:
                    zones: {type: array, items: {type: string}}
                    groups: {type: array, items: {$ref: "#/components/schemas/Group"}}
                Group:
                  type: object
                  properties:
                    name: {type: string}
                    check: {type: object, properties: {port: {type: integer}}}
                    state: {type: string, readOnly: true}
            """;

    private static SortedMap<String, String> tree(String... rows) {
        SortedMap<String, String> tree = new TreeMap<>();
        tree.put(Options.CONTRACT, CONTRACT);
        tree.put(Options.PAGE, "| option | tests |\n| --- | --- |\n" + String.join("\n", rows) + "\n");
        tree.put("services/a/src/test/java/io/sluice/a/SeenTest.java", "    void changesPackets() {}\n");
        return tree;
    }

    @Test
    void everyOptionOfTheTreeHasATestThatSeesPackets() throws IOException {
        SortedMap<String, String> texts = Tree.texts(Tree.root());
        assertThat(Options.problems(texts)).isEmpty();
        assertThat(Options.ofContract(texts.get(Options.CONTRACT))).hasSizeGreaterThan(55);
    }

    /** The contract and the page of the configuration know the same options, but for those of the process. */
    @Test
    void theContractHasTheOptionsOfTheConfigurationsPage() throws IOException {
        String page = Tree.texts(Tree.root()).get("docs/configuration.md");
        Matcher row = Pattern.compile("(?m)^\\| `([^`]+)` \\|[^|]*\\|.*\\| [^|]+ \\|$")
                .matcher(page.substring(page.indexOf("## The gateway")));
        assertThat(row.results().map(found -> found.group(1)))
                .containsExactlyInAnyOrderElementsOf(
                        Options.ofContract(Tree.texts(Tree.root()).get(Options.CONTRACT)));
    }

    @Test
    void readsOptionsThroughReferencesAndListsAndLeavesOutWhatCannotBeWritten() {
        assertThat(Options.ofContract(CONTRACT)).containsExactly("groups[].check.port", "groups[].name", "zones");
    }

    @Test
    void namesWhatHasNoRowNoTestOrNoReason() {
        assertThat(Options.problems(tree(
                        "| `zones` | no packet: only names |",
                        "| `groups[].name` | `a/SeenTest#changesPackets` |",
                        "| `groups[].check.port` | `a/SeenTest#changesPackets`, `a/SeenTest#isGone` |")))
                .containsExactly("groups[].check.port: there is no test `a/SeenTest#isGone`");
        assertThat(Options.problems(tree(
                        "| `zones` | soon |",
                        "| `groups[].name` | `b/SeenTest#changesPackets` |",
                        "| `groups[].old` | no packet: gone |")))
                .containsExactlyInAnyOrder(
                        "groups[].check.port: no row says which test sees packets change by it",
                        "zones: expected tests, or 'no packet: ' and why",
                        "groups[].name: there is no test `b/SeenTest#changesPackets`",
                        "groups[].old: there is no such option");
    }
}
