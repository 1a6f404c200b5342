// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link Conformance} in a tree of its own, and the list of rules of this one. */
class ConformanceTest {

    @TempDir
    private Path root;

    @BeforeEach
    void makeTree() throws IOException {
        write(Conformance.CONTRACT, "# a comment\nW-1\tOne thing.\nW-2\tAnother thing.\nT1a\tA third.\tno zone here\n");
        write("services/a/src/test/java/x/GoodTest.java", """
                class GoodTest {
                    @Test
                    void w1OneThing() {}

                    @ParameterizedTest
                    void w2Another(Row row) throws Exception {}

                    @Test
                    void wire() {}
                }
                """);
        report("a", "surefire", "x.GoodTest", "w1OneThing", "");
        report("a", "surefire", "x.GoodTest", "w2Another(Row)[1]", "", "w2Another(Row)[2]", "");
    }

    @ParameterizedTest
    @CsvSource({
        "w16OneCookie, W-16",
        "t1aOnlyHealthy, T1a",
        "t10NoTarget, T10",
        "h4Counts, H-4",
        "q1Passes, Q-1",
        "f20Syn,F-20",
        "w16,",
        "w16one,",
        "wire,",
        "e1Service,",
        "t1A,T1"
    })
    void readsTheRuleFromTheNameOfATest(String method, String id) {
        assertThat(ContractRule.idOf(method).orElse(null)).isEqualTo(id);
    }

    @Test
    void saysOfEachRuleWhichTestsProveItAndWhatBecameOfThem() throws IOException {
        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page())
                .contains(
                        "3 rules: 2 with tests, 1 not testable here, 0 without a test.",
                        "| W-1 | One thing. | `a/GoodTest#w1OneThing` | passed |",
                        "| W-2 | Another thing. | `a/GoodTest#w2Another` | passed |",
                        "| T1a | A third. | not testable here: no zone here |  |");
    }

    @Test
    void testsOfOneRuleInAllModulesAreListedInOrder() throws IOException {
        write("services/0/src/test/java/y/KernelIT.java", "class KernelIT {\n    void w1AlsoThis() {}\n}\n");
        report("0", "failsafe", "y.KernelIT", "w1AlsoThis", "<skipped/>");

        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page()).contains("| `0/KernelIT#w1AlsoThis`<br>`a/GoodTest#w1OneThing` | skipped, 1 of 2 |");
    }

    @Test
    void aFailureIsSaidBeforeAnythingElse() throws IOException {
        report(
                "a",
                "surefire",
                "x.GoodTest",
                "w2Another(Row)[1]",
                "<failure>x</failure>",
                "w2Another(Row)[2]",
                "<skipped/>");

        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page()).contains("| **failed**, 1 of 2 |");
    }

    @Test
    void ruleWithoutATestIsAGap() throws IOException {
        write(Conformance.CONTRACT, "W-1\tOne.\nW-2\tTwo.\nW-3\tThree.\nQ-1\tFour.\n");

        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page()).contains("2 without a test.", "Without a test: W-3.", "| W-3 | Three. | **none** |  |");
    }

    @Test
    void testInsideOfATextBlockIsNone() throws IOException {
        String block = "\"\"\"";
        write(
                "services/a/src/test/java/x/QuotingTest.java",
                "class QuotingTest {\n    String s = " + block + "\n    void w1Quoted() {}\n    " + block
                        + ";\n    void w1Real() {}\n}\n");

        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page()).contains("a/QuotingTest#w1Real").doesNotContain("w1Quoted");
    }

    @Test
    void testWithoutAReportHasNotRunAndAReportWithoutATestIsStale() throws IOException {
        write("services/a/src/test/java/x/GoodTest.java", "class GoodTest {\n    void w1Renamed() {}\n}\n");

        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page()).contains("`a/GoodTest#w1Renamed` | not run |").doesNotContain("w1OneThing", "w2Another");
    }

    @Test
    void inheritedTestIsItsReportsClass() throws IOException {
        write("services/a/src/test/java/x/Base.java", "abstract class Base {\n    void w1Inherited() {}\n}\n");
        write("services/a/src/test/java/x/HeirTest.java", "class HeirTest extends Base {}\n");
        report("a", "surefire", "x.HeirTest", "w1Inherited", "");

        assertThat(Conformance.run("", root)).isEmpty();

        assertThat(page()).contains("`a/HeirTest#w1Inherited` | passed |").doesNotContain("Base#");
    }

    @Test
    void nameOfNoRuleIsAProblem() throws IOException {
        write("services/a/src/test/java/x/OddTest.java", "class OddTest {\n    void h264Codec() {}\n}\n");

        assertThat(Conformance.run("--check", root))
                .containsExactly("a/OddTest#h264Codec begins with H-264, which is no rule");
    }

    @Test
    void aTestOfWhatIsCalledNotTestableIsAProblem() throws IOException {
        write("services/a/src/test/java/x/OddTest.java", "class OddTest {\n    void t1aAfterAll() {}\n}\n");

        assertThat(Conformance.run("--check", root)).containsExactly("T1a is called not testable, and has a test");
    }

    @Test
    void checkWantsTheSameRulesAndTests() throws IOException {
        assertThat(Conformance.run("--check", root)).first().asString().startsWith("docs/conformance.md is not what");
        assertThat(Conformance.run("", root)).isEmpty();
        assertThat(Conformance.run("--check-all", root)).isEmpty();

        report("a", "surefire", "x.GoodTest", "w1OneThing", "<skipped/>");
        assertThat(Conformance.run("--check", root)).as("a result").isEmpty();
        assertThat(Conformance.run("--check-all", root)).as("a result").hasSize(2);

        write("services/a/src/test/java/x/MoreTest.java", "class MoreTest {\n    void w1More() {}\n}\n");
        assertThat(Conformance.run("--check", root))
                .satisfiesExactly(
                        first -> assertThat(first).contains("line ", "a/MoreTest#w1More"),
                        second -> assertThat(second).contains("./sluice conformance"));
    }

    @Test
    void refusesALineThatIsNoRule() throws IOException {
        write(Conformance.CONTRACT, "W-1 without a tab\n");

        assertThatThrownBy(() -> Conformance.run("", root)).hasMessageContaining("W-1 without a tab");
    }

    @Test
    void everyRuleOfTheContractIsListedInItsOrder() throws IOException {
        List<String> expected = Stream.of(
                        numbered("W-", 1, 29),
                        numbered("F-", 1, 34),
                        numbered("H-", 1, 8),
                        Stream.of("T1a", "T1b", "T2a", "T2b", "T2c"),
                        Stream.of("a", "b", "c", "d", "e", "f", "g", "h", "i").map(letter -> "T3" + letter),
                        numbered("T", 4, 22),
                        numbered("Q-", 1, 7))
                .flatMap(ids -> ids)
                .toList();

        assertThat(ContractRule.read(Tree.root().resolve(Conformance.CONTRACT)))
                .extracting(ContractRule::id)
                .isEqualTo(expected);
    }

    @Test
    void namesOfTestsNameRules() throws IOException {
        List<ContractRule> rules = ContractRule.read(Tree.root().resolve(Conformance.CONTRACT));

        assertThat(ConformancePage.problems(rules, ProvingTests.find(Tree.root())))
                .isEmpty();
    }

    private static Stream<String> numbered(String prefix, int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(number -> prefix + number);
    }

    private String page() throws IOException {
        return Files.readString(root.resolve(Conformance.PAGE));
    }

    /** A report with test cases, given as name and what is inside each. */
    private void report(String module, String plugin, String type, String... cases) throws IOException {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?>\n<testsuite name=\"" + type + "\">\n");
        for (int i = 0; i < cases.length; i += 2) {
            xml.append(
                    "<testcase name=\"%s\" classname=\"%s\">%s</testcase>\n".formatted(cases[i], type, cases[i + 1]));
        }
        String file = "services/%s/target/%s-reports/TEST-%s-%s.xml"
                .formatted(module, plugin, type, cases[0].replaceAll("\\W.*", ""));
        write(file, xml.append("</testsuite>\n").toString());
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
