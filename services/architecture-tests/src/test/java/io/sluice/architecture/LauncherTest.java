// Sluice: a gateway load balancer that runs anywhere.
// SPDX-License-Identifier: Apache-2.0
package io.sluice.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher in a tree of its own, with a JDK and a Maven that only say how they were called. */
class LauncherTest {

    private static final int SECONDS_MAX = 60;

    @TempDir
    Path directory;

    private Path tree;
    private Path jdk;

    record Outcome(int status, String out, String err) {}

    @BeforeEach
    void makeTree() throws IOException {
        tree = Files.createDirectories(directory.resolve("tree"));
        Files.copy(Tree.root().resolve("sluice"), tree.resolve("sluice"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String module : List.of("shared-model", "gateway-cli", "services/packet", "distribution")) {
            Files.createDirectories(tree.resolve(module).resolve("src/main"));
            write(module + "/pom.xml", "<project/>");
        }
        write("pom.xml", "<project/>");
        write("services/pom.xml", "<project/>");
        jdk = jdk("25.0.1");
        script(directory.resolve("bin/mvn"), "echo \"mvn $*\"; mkdir -p distribution/target/lib");
    }

    @Test
    void buildsOnceAndNotAgainUntilASourceIsNewer() throws Exception {
        assertThat(sluice("build").err())
                .contains("sluice: building", "mvn -B -Dstyle.color=never -q -pl distribution -am package");
        assertThat(sluice("build")).isEqualTo(new Outcome(0, "", ""));

        Path source = write("services/packet/src/main/New.java", "class New {}");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

        assertThat(sluice("build").err()).contains("sluice: building");
    }

    @Test
    void buildsAgainWhenASourceIsGone() throws Exception {
        Path source = write("services/packet/src/main/Old.java", "class Old {}");
        assertThat(sluice("build").status()).isZero();

        Files.delete(source);
        Files.setLastModifiedTime(
                source.getParent(), FileTime.from(Instant.now().plusSeconds(5)));

        assertThat(sluice("build").err()).contains("sluice: building");
    }

    @Test
    void failedBuildIsNotTakenForABuild() throws Exception {
        script(directory.resolve("bin/mvn"), "mkdir -p distribution/target/lib; echo compile error; exit 1");

        Outcome first = sluice("build");
        assertThat(first.status()).isEqualTo(1);
        assertThat(first.out()).isEmpty();
        assertThat(first.err()).contains("compile error", "sluice: the build failed");
        assertThat(sluice("build").status()).isEqualTo(1);
        try (var files = Files.list(tree.resolve("distribution/target"))) {
            assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("sluice.stamp");
        }
    }

    @Test
    void olderJdkIsPassedOverForTheOneOnThePath() throws Exception {
        Files.createSymbolicLink(directory.resolve("bin/java"), jdk.resolve("bin/java"));

        Outcome outcome = run(Map.of("JAVA_HOME", jdk("17.0.15").toString()), List.of("target", "list"));

        assertThat(outcome.out()).startsWith("java 25.0.1 ").contains("io.sluice.cli.Main target list");
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "25.0.1", "26-ea"})
    void givenJdkIsTaken(String version) throws Exception {
        Outcome outcome = run(Map.of("JAVA_HOME", jdk(version).toString()), List.of("target", "list"));

        assertThat(outcome.out()).startsWith("java " + version + " ");
    }

    @Test
    void saysInOneLineThatMavenIsMissing() throws Exception {
        Files.delete(directory.resolve("bin/mvn"));

        Outcome outcome = run(Map.of("JAVA_HOME", jdk.toString(), "PATH", toolsWithoutMaven()), List.of("build"));

        assertThat(outcome).isEqualTo(new Outcome(1, "", "sluice: needs Maven >= 3.8.7: no mvn on the PATH\n"));
    }

    @Test
    void saysInOneLineThatIperfIsMissing() throws Exception {
        Outcome outcome =
                run(Map.of("JAVA_HOME", jdk.toString(), "PATH", toolsWithoutMaven()), List.of("bench", "iperf"));

        assertThat(outcome).isEqualTo(new Outcome(1, "", "sluice: bench iperf needs iperf3 (package iperf3)\n"));
    }

    @Test
    void stressesWhatIsNamedAsLongAsItIsTold() throws Exception {
        assertThat(sluice("stress", "--quick", "Ring").out())
                .contains("io.sluice.perf.stress.StressMain log -m quick -sc false ", " -t Ring -r report\n");
        assertThat(sluice("stress", ".", "-m", "tough").out())
                .contains("io.sluice.perf.stress.StressMain log -t . -r report -m tough\n");
        assertThat(sluice("stress", "--fast").err())
                .isEqualTo("sluice: no option --fast (see ./sluice stress --help)\n");
    }

    @Test
    void dispatchesToTheMains() throws Exception {
        assertThat(sluice("build").status()).isZero();

        assertThat(sluice("run", "--config", "a b.yaml").out()).contains("io.sluice.node.Main --config a b.yaml\n");
        assertThat(sluice("endpoint", "attach", "--vni", "100").out())
                .contains("io.sluice.agent.AgentMain attach --vni 100\n");
        assertThat(sluice("endpoint", "list").out()).contains("io.sluice.cli.Main endpoint list\n");
        assertThat(sluice("appliance", "--listen", "x").out())
                .contains("io.sluice.appliance.ApplianceMain --listen x\n");
        assertThat(sluice("target", "list").out()).contains("io.sluice.cli.Main target list\n");
        assertThat(sluice("demo", "--help").out()).contains("io.sluice.lab.demo.DemoMain --help\n");
        assertThat(sluice("churn", "--help").out()).contains("io.sluice.lab.churn.ChurnMain --help\n");
    }

    /** A node without memory lost a loop, left the cluster for good and was ready all the same. */
    @Test
    void aNodeThatRunsOutOfMemoryEnds() throws Exception {
        assertThat(sluice("build").status()).isZero();

        assertThat(sluice("run", "--config", "x").out()).contains(" -XX:+ExitOnOutOfMemoryError ");
    }

    @Test
    void fuzzesTheContractAsItIsToldAndPrintsWhatWasAnswered() throws Exception {
        Files.createDirectories(tree.resolve("services/gateway-node/target"));
        script(directory.resolve("bin/mvn"), "echo \"$*\" >services/gateway-node/target/contract-fuzz.txt");

        assertThat(sluice("fuzz", "contract", "--requests", "7", "--seed", "3").out())
                .contains("-Dtest=ContractFuzzTest", "-Dsluice.fuzz.requests=7 -Dsluice.fuzz.seed=3");
        assertThat(sluice("fuzz", "contract", "--requests", "many").err())
                .isEqualTo("sluice: --requests wants a number above 0, not 'many'\n");
        assertThat(sluice("fuzz", "contract", "--minutes", "7").err()).contains("no option --minutes");

        script(directory.resolve("bin/mvn"), "exit 1");
        assertThat(sluice("fuzz", "contract").err()).contains("failed, see target/fuzz/contract.log");
    }

    @Test
    void writesTheScreensByTheTestThatTakesThem() throws Exception {
        Files.createDirectories(tree.resolve("services/gateway-node/src/test/java/x"));
        write("services/gateway-node/src/test/java/x/ScreensKernelIT.java", "class ScreensKernelIT {}");

        assertThat(sluice("screens").out())
                .contains("-pl services/gateway-node -am verify -Dit.test=ScreensKernelIT")
                .contains("-Dsluice.screens.write=true");
    }

    @Test
    void helpNamesTheVerbsAndThenTheNouns() throws Exception {
        assertThat(sluice("--help").out())
                .contains("demo [--quick]", "Not built yet")
                .doesNotContain("cli.Main");
        assertThat(sluice("build").status()).isZero();

        assertThat(sluice().out()).contains("demo [--quick]", "io.sluice.cli.Main --help");
    }

    @Test
    void passesOptionsOnToTheJvmAndItsExitCodeBack() throws Exception {
        assertThat(sluice("build").status()).isZero();
        script(jdk.resolve("bin/java"), "echo \"$*\"; exit 5");

        Outcome outcome = run(
                Map.of("JAVA_HOME", jdk.toString(), "SLUICE_JAVA_OPTS", "-Xmx64m -Dx=y"),
                List.of("target", "get", "t"));

        assertThat(outcome.status()).isEqualTo(5);
        assertThat(outcome.out()).contains(" -Xmx64m -Dx=y -cp ");
    }

    @Test
    void findsItsTreeThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("bin/linked"), Path.of("../tree/sluice"));

        Outcome outcome = start(link, Map.of("JAVA_HOME", jdk.toString()), List.of("build"));

        assertThat(outcome.status()).isZero();
        assertThat(tree.resolve("distribution/target/sluice.stamp")).exists();
    }

    private Outcome sluice(String... arguments) throws IOException, InterruptedException {
        return run(Map.of("JAVA_HOME", jdk.toString()), List.of(arguments));
    }

    private Outcome run(Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        return start(tree.resolve("sluice"), environment, arguments);
    }

    private Outcome start(Path launcher, Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
        command.addAll(arguments);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("MAVEN_OPTS");
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** A PATH with the tools the launcher needs and nothing else. */
    private String toolsWithoutMaven() throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (String tool : List.of("bash", "dirname", "readlink", "sed", "head", "find", "mkdir", "rm", "cat", "id")) {
            for (String place : System.getenv("PATH").split(":")) {
                if (Files.isExecutable(Path.of(place, tool)) && !Files.exists(tools.resolve(tool))) {
                    Files.createSymbolicLink(tools.resolve(tool), Path.of(place, tool));
                }
            }
        }
        return tools.toString();
    }

    private Path jdk(String version) throws IOException {
        Path home = Files.createDirectories(directory.resolve("jdk-" + version));
        script(home.resolve("bin/java"), "echo \"java " + version + " $*\"");
        script(home.resolve("bin/javac"), "exit 1");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private Path write(String path, String text) throws IOException {
        return Files.writeString(tree.resolve(path), text);
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
