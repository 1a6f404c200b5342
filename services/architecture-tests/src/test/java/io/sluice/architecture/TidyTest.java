// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every check of {@link Tidy} three times: over the tree, over a text that breaks it, over one that does not. */
class TidyTest {

    private static final SortedMap<String, String> TREE = new TreeMap<>();

    @BeforeAll
    static void readTree() throws IOException {
        TREE.putAll(Tree.texts(Tree.root()));
    }

    /** One check, with files that break it (each must be named by a problem) and files that do not. */
    record Case(
            String name,
            Function<SortedMap<String, String>, List<String>> check,
            SortedMap<String, String> untidy,
            int problems,
            SortedMap<String, String> tidy) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        String licence =
                "// Sluice: a gateway load balancer that runs anywhere.\n// SPDX-License-Identifier: Apache-2.0\n";
        return List.of(
                new Case(
                        "licence header",
                        Tidy::licenceHeaders,
                        files("A.java", "package a;\n", "B.java", "\n" + licence),
                        2,
                        files("A.java", licence + "package a;\n", "notes.md", "no header needed\n")),
                new Case(
                        "work left without an issue",
                        Tidy::leftToDo,
                        files("A.java", "// TO" + "DO: later\n", "run", "# FIX" + "ME\n", "b.md", "XX" + "X (soon)\n"),
                        3,
                        files("A.java", "// TO" + "DO (#12): later\n", "b.md", "todo, methods, XX" + "XL\n")),
                new Case(
                        "disabled test",
                        Tidy::disabledTests,
                        files("ATest.java", "    @Dis" + "abled(\"flaky\")\n    @Test\n"),
                        1,
                        files("ATest.java", "    @Test\n", "README.md", "@Dis" + "abled is not used\n")),
                new Case(
                        "machine path",
                        Tidy::machinePaths,
                        files("a.sh", "cd /wo" + "rk/main\n", "B.java", "Path.of(\"/ro" + "ot/.m2\")\n"),
                        2,
                        files("a.sh", "ls target/wo" + "rk/x /var/lib/sluice a.b/ro" + "ot/c\n")),
                new Case(
                        "registry host",
                        Tidy::registryHosts,
                        files(
                                "k8s/a.yaml",
                                "image: gh" + "cr.io/a/b:1\n",
                                "pom.xml",
                                "<url>x</url><repos" + "itory>\n",
                                "b.md",
                                "nex" + "us.example.com\n"),
                        3,
                        files("k8s/a.yaml", "image: sluice/gateway:0.1.0\n", "README.md", "no registry is needed.\n")),
                new Case(
                        "Maven wrapper",
                        Tidy::mavenWrapper,
                        files("mvnw", "#!/bin/sh\n", ".mvn/wrapper/maven-wrapper.properties", "x=y\n"),
                        2,
                        files(".mvn/jvm.config", "--add-opens x\n")),
                new Case(
                        "long overlay",
                        Tidy::overlaySizes,
                        files("k8s/overlays/a/kustomization.yaml", "x: y\n".repeat(30)),
                        1,
                        files(
                                "k8s/overlays/a/kustomization.yaml",
                                "x: y\n".repeat(29),
                                "k8s/base/b.yaml",
                                "\n".repeat(99))),
                new Case(
                        "dead link",
                        Tidy::deadLinks,
                        files(
                                "docs/a.md",
                                "[b](b.md) [up](../../b.md) [part](#no-such-part)\n",
                                "README.md",
                                "[gone](docs/gone.md#part)\n"),
                        4,
                        files(
                                "docs/a.md",
                                "# A part, or two\n[r](../README.md) [p](#a-part-or-two) [w](https://example.org/x)\n",
                                "README.md",
                                "[a](docs/a.md#part) [d](docs) [d](docs/) `[code](gone.md)`\n```\n[code](gone.md)\n```\n")),
                new Case(
                        "module without README",
                        Tidy::moduleReadmes,
                        files("pom.xml", "<module>a</module>", "a/pom.xml", "<module>b</module>", "a/README.md", "#\n"),
                        1,
                        files("pom.xml", "<!-- <module>b</module> --><module>a</module>", "a/README.md", "#\n")),
                new Case(
                        "library without a reason",
                        Tidy::unexplainedLibraries,
                        files(
                                "a/pom.xml",
                                "<dependency><groupId>org.x</groupId><artifactId>x</artifactId></dependency>",
                                "docs/libraries.md",
                                "x and `xy`\n"),
                        1,
                        files(
                                "a/pom.xml",
                                "<dependency><groupId>org.x</groupId><artifactId>x</artifactId></dependency>"
                                        + "<dependency><groupId>io.sluice</groupId><artifactId>y</artifactId></dependency>"
                                        + "<dependency><groupId>z</groupId><artifactId>z</artifactId><type>pom</type></dependency>",
                                "docs/libraries.md",
                                "| `x` | reason |\n")),
                new Case(
                        "user of the benchmarks",
                        Tidy::usersOfPerf,
                        files("gateway-cli/pom.xml", "<artifactId>perf-" + "jmh</artifactId>"),
                        1,
                        files("perf/jmh/pom.xml", "<artifactId>perf-" + "jmh</artifactId>")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void treeIsTidy(Case tidiness) {
        assertThat(tidiness.check.apply(TREE)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void checkFindsWhatIsUntidy(Case tidiness) {
        List<String> problems = tidiness.check.apply(tidiness.untidy);

        assertThat(problems).hasSize(tidiness.problems);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void checkLeavesWhatIsTidyAlone(Case tidiness) {
        assertThat(tidiness.check.apply(tidiness.tidy)).isEmpty();
    }

    @Test
    void wholeTreeIsLookedAt() {
        assertThat(TREE)
                .containsKeys(
                        "pom.xml",
                        "sluice",
                        ".ci/run",
                        "services/packet/pom.xml",
                        "gateway-cli/src/main/java/io/sluice/cli/command/target/TargetListCommand.java");
        assertThat(TREE.keySet()).noneMatch(path -> path.contains("/target/classes/") || path.startsWith(".git/"));
    }

    @Test
    void continuousIntegrationRunsExactlyTheTestCommand() throws IOException {
        Path run = Tree.root().resolve(".ci/run");

        assertThat(TREE.get(".ci/run").lines().filter(line -> !line.isBlank() && !line.startsWith("#")))
                .containsExactly("cd \"$(dirname \"$0\")/..\" || exit 1", "exec ./sluice test");
        assertThat(Files.isExecutable(run)).isTrue();
        assertThat(Files.isExecutable(Tree.root().resolve("sluice"))).isTrue();
    }

    private static SortedMap<String, String> files(String... pathsAndTexts) {
        SortedMap<String, String> files = new TreeMap<>();
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            files.put(pathsAndTexts[i], pathsAndTexts[i + 1]);
        }
        return files;
    }
}
